/** `DB_PORT` beside `DB_HOST`: by which variable the port of a host is told. Null where none does. Never throws. */
export function portBeside(
  name: string,
  values: ReadonlyMap<string, string>,
): { readonly by: string; readonly port: number } | null {
  const by = [
    name.replace(/_[A-Z]+$/, '_PORT'),
    `${name}_PORT`,
    name.replace(/^(PG|MYSQL|REDIS|MONGO)HOST$/, '$1PORT'),
  ].find((it) => it !== name && values.has(it))
  const told = by === undefined ? '' : (values.get(by) ?? '')
  const isPort = /^\d{1,5}$/.test(told) && Number(told) > 0 && Number(told) < 65_536
  return by !== undefined && isPort ? { by, port: Number(told) } : null
}
