import { createClient } from "@redis/client";

export type RedisClient = Awaited<ReturnType<typeof connectRedis>>;

export function connectRedis(url: string) {
  return createClient({ url }).connect();
}
