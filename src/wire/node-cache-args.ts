/**
 * The addresses that a node-cache process takes on its node, from its command line (kubernetes/dns
 * cmd/node-cache/main.go).
 */
export function localIps(args: readonly string[]): readonly string[] {
  const given = args.flatMap((it, index) =>
    /^--?localip$/.test(it) ? [args[index + 1] ?? ''] : (/^--?localip=(.*)$/.exec(it)?.slice(1) ?? []),
  )
  return given.flatMap((it) => it.split(',')).filter((it) => it !== '')
}
