// The scripts the original runs on Redis. Differences are numbered in docs/specification/differences.md.

/** Reads every policy of an agent and scores it (difference 14). */
export const DECAY_SCAN = `
local now, rate, count, field = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local touched = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
local ranked = {}
for at = 1, #touched, 2 do
  local base, packed = 1, redis.call('HGET', touched[at], field)
  if packed then
    local value = cmsgpack.unpack(packed)
    if type(value) == 'table' then value = tonumber(value.as_encodable) end
    base = value or 1
  end
  local days = math.max((now - tonumber(touched[at + 1])) / 86400, 0.01)
  ranked[#ranked + 1] = { touched[at], base * days ^ -rate }
end
table.sort(ranked, function(one, other) return one[2] > other[2] end)
local reply = {}
for place = 1, math.min(count, #ranked) do
  reply[#reply + 1] = ranked[place][1]
  reply[#reply + 1] = tostring(ranked[place][2])
end
return reply`;

/** One step of a Q-value, kept as a tagged decimal text. */
export const TD_STEP = `
local reward, alpha, gamma, future = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local q, packed = 0, redis.call('HGET', KEYS[1], 'q_value')
if packed then
  local value = cmsgpack.unpack(packed)
  if type(value) == 'table' then value = tonumber(value.as_encodable) end
  q = value or 0
end
local difference = reward + gamma * future - q
local text = tostring(q + alpha * difference)
redis.call('HSET', KEYS[1], 'q_value', cmsgpack.pack({ ['__Decimal__'] = true, as_encodable = text }))
return tostring(difference)`;

/** The capped running mean of confidence, in one map for all policies (difference 47). */
export const CONFIDENCE_STEP = `
local state = cmsgpack.unpack(redis.call('HGET', KEYS[1], ARGV[1]))
local signal = tonumber(ARGV[2])
local count = math.min(state.evidence_count + 1, 20)
state.confidence = state.confidence + (signal - state.confidence) / (count + 1)
state.evidence_count = state.evidence_count + 1
local counter = signal >= 0.5 and 'corroborations' or 'contradictions'
state[counter] = state[counter] + 1
redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(state))
return tostring(state.confidence)`;

/** Two multiplicative hashes modulo 2^52 and the bits they lead to. */
export const FILTER_ADD = `
local bits, hashes, first, second = tonumber(ARGV[2]), tonumber(ARGV[3]), 5381, 16777619
for at = 1, #ARGV[1] do
  local byte = string.byte(ARGV[1], at)
  first = (first * 33 + byte) % 4503599627370496
  second = (second * 16777619 + byte) % 4503599627370496
end
for index = 0, hashes - 1 do redis.call('SETBIT', KEYS[1], (first % bits + index * (second % bits)) % bits, 1) end
return 1`;
