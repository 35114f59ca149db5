/** An object while it is put together. */
export type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };
