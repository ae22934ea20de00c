import { hostAlone } from '../host-pattern.ts'
import { nginxError, type RequestTrouble, statusSaid } from './nginx-error.ts'

/** What nginx's error log says of requests for one host, by one server: a count, and none of the requests. */
export interface FailedRequests {
  readonly host: string
  /** `10.2.0.4:8080`; null where no server had been chosen. */
  readonly upstream: string | null
  readonly trouble: RequestTrouble
  readonly times: number
  /** That the one said who was asked for leave, where the line tells. */
  readonly status?: number
  /** Of the controller's own program: what it wrote last, without the request. */
  readonly said?: string
}

/** Each host, server and trouble is one; of more than these the first are enough to say what is wrong. */
const most = 200

/**
 * Lines of a controller's log, of requests for these hosts. `other` is no word that anybody could act on, and a host
 * that nobody asked about is somebody else's.
 */
export function failedRequests(lines: readonly string[], hosts: ReadonlySet<string>): readonly FailedRequests[] {
  const found = new Map<string, FailedRequests>()
  for (const line of lines) {
    const it = nginxError(line)
    const host = hostAlone(it?.host ?? '')
    if (it === null || !hosts.has(host) || it.trouble === 'other') continue
    const { trouble } = it
    const upstream = it.upstream !== null && /^[\d.:[\]a-f]{3,60}$/.test(it.upstream) ? it.upstream : null
    const status = trouble === 'auth-unclear' ? statusSaid(it) : null
    const key = `${host} ${upstream} ${trouble} ${status}`
    const before = found.get(key)
    if (before === undefined && found.size === most) continue
    const times = (before?.times ?? 0) + 1
    const said = trouble === 'lua-failed' || trouble === 'no-error-page' ? { said: shortened(it.said) } : {}
    found.set(key, { host, upstream, trouble, times, ...said, ...(status === null ? {} : { status }) })
  }
  return [...found.values()]
}

const longestSaid = 160

/** Where a stack follows, the first line of it is the reason. */
function shortened(said: string): string {
  const [first = ''] = said.split(/, context: |\\n|\n/, 1)
  return first.slice(0, longestSaid)
}
