/** What PostgreSQL is told, by its command line and by files. */
export interface PostgresTold {
  readonly words: readonly string[]
  /** Texts of its postgresql.conf, and of files that it includes, the last of which counts. */
  readonly confs: readonly string[]
  /** Of its pg_hba.conf, where that is mounted. */
  readonly hbas: readonly string[]
}

const most = { text: 500_000, lines: 5000 }

/**
 * Whether it speaks TLS alone, or not at all; null: both, or not to be told. `ssl` is off unless it is set (PostgreSQL,
 * "Connections and Authentication"), and a server without it answers a client's request for TLS with `N` ("Frontend/
 * Backend Protocol"). With it on, lines `hostssl` alone in pg_hba.conf leave plain connections without an entry ("The
 * pg_hba.conf File"). Linear; never throws.
 */
export function postgresTls({ words, confs, hbas }: PostgresTold): 'on' | 'off' | null {
  const flag = flagOf(words)
  const isOn = flag ?? settingOf(confs)
  if (isOn === null) return null
  if (!isOn) return 'off'
  if (hbas.some((it) => /^\s{0,40}(?:include|@)/im.test(it.slice(0, most.text)))) return null
  const lines = hbas.flatMap(hostLines)
  return lines.length > 0 && lines.every((it) => it === 'hostssl') ? 'on' : null
}

/** `-c ssl=on`, `-cssl=on`, `--ssl=on`; the last counts. */
function flagOf(words: readonly string[]): boolean | null {
  const said = words
    .slice(0, 200)
    .flatMap((it) => [...it.slice(0, 4000).matchAll(/(?:^|\s|-c\s{0,4}|--)ssl\s{0,4}=\s{0,4}'?(\w{1,5})/gi)])
  const [, value = ''] = said.at(-1) ?? []
  return said.length === 0 ? null : isTrue(value)
}

/** A whole postgresql.conf that does not say it leaves it off; one that includes others does not tell. */
function settingOf(confs: readonly string[]): boolean | null {
  if (confs.length === 0) return null
  const lines = confs.flatMap((it) => it.slice(0, most.text).split('\n', most.lines))
  const said = lines.flatMap((it) => /^\s{0,40}ssl\s{0,20}[=\s]\s{0,20}'?(\w{1,5})/i.exec(it)?.[1] ?? [])
  const last = said.at(-1)
  if (last !== undefined) return isTrue(last)
  return lines.some((it) => /^\s{0,40}include/i.test(it)) ? null : false
}

function isTrue(value: string): boolean {
  return /^(?:on|true|yes|1|tr|tru|t|y|ye)$/i.test(value)
}

/** Kinds of lines that let somebody in from elsewhere than the pod itself. */
function hostLines(text: string): readonly string[] {
  return text
    .slice(0, most.text)
    .split('\n', most.lines)
    .flatMap((line) => {
      const [kind = '', , , from = '', ...more] = line.trim().split(/\s+/, 12)
      const isOwn = /^(?:127\.|::1|localhost|samehost)/.test(from)
      return /^host(?:ssl|nossl|gssenc|nogssenc)?$/.test(kind) && !isOwn && !more.includes('reject') ? [kind] : []
    })
}
