/** What a map has under a key; made where it has nothing. */
export function kept<K, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  let value = map.get(key);
  if (!value) map.set(key, (value = make()));
  return value;
}
