/** What ingress-nginx's log says of its configuration; all other lines, the requests of users, are not kept. */
export interface ControllerLog {
  readonly lines: number
  /** How the last load of a configuration went; null where no line tells. */
  readonly lastLoad: 'done' | 'refused' | null
  /**
   * After the last line by which the API server is out of reach there is one that only news of it makes: a
   * configuration that was loaded, an Ingress that was left out. Absent where there is not, and in old recordings.
   */
  readonly sinceSilence?: 'news'
  readonly signs: readonly ControllerSign[]
}

export interface ControllerSign {
  readonly kind: ControllerSignKind
  readonly times: number
  /** The last such line, without what differs from line to line. */
  readonly said: string
  /** The Ingress that the line names. */
  readonly ingress?: { readonly namespace: string; readonly name: string }
  /** The Secret that the line names. */
  readonly tls?: { readonly namespace: string; readonly name: string }
  /** In the configuration that was refused. */
  readonly line?: number
}

export type ControllerSignKind = 'refused' | 'api-unreachable' | 'default-certificate' | 'ingress-ignored' | 'unsynced'

/** Of each kind the last ones: what tenants make it say of their Ingresses takes no room of what it says of itself. */
const mostOfKind = 50
const longest = 400

/**
 * klog's head (`E1128 10:56:37.1 1 controller.go:208] `) and nginx's own (`2026/11/28 10:56:37 [emerg] `) stand at the
 * start of a line: what a client puts into a request stands behind its address, and is no sign.
 */
const klog = /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9} +\d{1,9} [\w.-]{1,60}:\d{1,6}\] /
const emerg = /^(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d |nginx: )\[emerg\] (?:\d{1,9}#\d{1,9}: )?/

type Sign = Omit<ControllerSign, 'times'>

/** In the order of the lines; equal ones are one. */
export function controllerSigns(lines: readonly string[]): ControllerLog {
  const found = new Map<string, ControllerSign>()
  let lastLoad: ControllerLog['lastLoad'] = null
  let hasNews = false
  for (const raw of lines) {
    const line = raw.slice(0, 4000)
    const head = klog.exec(line)?.[0]
    const said = head === undefined ? null : line.slice(head.length)
    const load = loadOf(said)
    lastLoad = load ?? lastLoad
    hasNews ||= load !== null
    const sign = said === null ? refusal(line) : ofKlog(said)
    if (sign === null) continue
    hasNews = sign.kind !== 'api-unreachable' && (hasNews || sign.kind === 'ingress-ignored')
    const key = `${sign.kind} ${sign.said}`
    const before = found.get(key)
    found.delete(key)
    if (before === undefined) {
      const same = [...found].filter(([, it]) => it.kind === sign.kind)
      const [oldest] = same.length < mostOfKind ? [] : same
      if (oldest !== undefined) found.delete(oldest[0])
    }
    found.set(key, { ...sign, times: (before?.times ?? 0) + 1 })
  }
  const signs = [...found.values()]
  const wasSilent = signs.some((it) => it.kind === 'api-unreachable')
  return { lines: lines.length, lastLoad, ...(hasNews && wasSilent ? { sinceSilence: 'news' as const } : {}), signs }
}

function loadOf(said: string | null): ControllerLog['lastLoad'] {
  if (said?.startsWith('"Backend successfully reloaded"') === true) return 'done'
  return said?.startsWith('Unexpected failure reloading the backend') === true ? 'refused' : null
}

/** `unknown directive "x" in /tmp/nginx/nginx-cfg123:700`. */
function refusal(line: string): Sign | null {
  const head = emerg.exec(line)?.[0]
  if (head === undefined) return null
  const text = line.slice(head.length)
  const at = text.lastIndexOf(' in /')
  const place = at === -1 ? null : /^ in \/[^\s:]{1,200}:(\d{1,9})$/.exec(text.slice(at).trimEnd())
  return {
    kind: 'refused',
    said: (place === null ? text : text.slice(0, at)).slice(0, longest),
    ...(place?.[1] === undefined ? {} : { line: Number(place[1]) }),
  }
}

const named = /(?:^|[ "])([a-z0-9][a-z0-9.-]{0,252})\/([a-z0-9][a-z0-9.-]{0,252})(?=["\s:,.]|$)/

function ofKlog(said: string): Sign | null {
  const text = said.slice(0, longest)
  // client-go's reflector, as in CoreDNS: it names what it wanted to list before it says why it could not.
  if (/[Ff]ailed to (?:watch|list) \*\w{1,40}\.\w/.test(said) || said.includes('error retrieving resource lock')) {
    const why =
      /(?:dial tcp|net\/http|x509|tls:|Unauthorized|forbidden|EOF|context deadline exceeded|http2|read tcp)/.exec(said)
    return why === null
      ? null
      : { kind: 'api-unreachable', said: said.slice(why.index, why.index + longest).replaceAll('"', '') }
  }
  // internal/ingress/controller/controller.go, createServers.
  if (
    said.startsWith('Error getting SSL certificate ') ||
    /^SSL certificate "[^"]{1,600}" does not contain a/.test(said)
  ) {
    const [, namespace, name] = named.exec(text.slice(0, text.indexOf('"', text.indexOf('"') + 1) + 1)) ?? []
    return {
      kind: 'default-certificate',
      said: text,
      ...(namespace === undefined || name === undefined ? {} : { tls: { namespace, name } }),
    }
  }
  // internal/ingress/controller/store/store.go.
  if (
    said.startsWith('"received invalid ingress"') ||
    said.startsWith('"Ignoring ingress because of error') ||
    said.startsWith('skipping ingress ')
  ) {
    const from = said.startsWith('skipping') ? text.slice('skipping ingress'.length) : after(text, 'ingress="')
    const [, namespace, name] = named.exec(from) ?? []
    return {
      kind: 'ingress-ignored',
      said: text,
      ...(namespace === undefined || name === undefined ? {} : { ingress: { namespace, name } }),
    }
  }
  // annotations.go, Extract: the Ingress is left out, and the line does not name it.
  if (/^annotation (?:group )?\S{1,100} contains (?:risky annotation|invalid value)/.test(said))
    return { kind: 'ingress-ignored', said: text }
  if (said.startsWith('Dynamic reconfiguration failed') || said.startsWith('Unexpected failure reconfiguring NGINX'))
    return { kind: 'unsynced', said: text }
  return null
}

function after(text: string, mark: string): string {
  const at = text.lastIndexOf(mark)
  return at === -1 ? '' : `"${text.slice(at + mark.length)}`
}
