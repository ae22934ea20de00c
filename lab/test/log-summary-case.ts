// `hopscope logs ingress/x --summary` against the lab's ingress-nginx: requests that are counted as they are sent, in
// the controller's own format of the log and in one that its ConfigMap names.
import { setTimeout as sleep } from 'node:timers/promises'
import { hostOf, ingress, type KubernetesObject, objectsOf, service } from '../breaks/app.ts'
import { webServer } from '../breaks/http-app.ts'
import { setOptions } from '../breaks/ingress-controller.ts'
import { until } from '../breaks/until.ts'
import type { Lab } from '../lab.ts'
import { INGRESS_URL } from '../plan.ts'
import { hopscope } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

/** Requests for one path, and what is to be counted of them. */
interface Sent {
  readonly path: string
  readonly status: number
  readonly times: number
  /** Whom its errors are said to come from; null: it is no error of a server. */
  readonly who: string | null
  /** Milliseconds that the median takes, at least and at most. */
  readonly took?: readonly [least: number, most: number]
}

/** By Ingress: `web` with three Services, one that nobody listens for and one without a pod, and one that is hasty. */
const sent: Readonly<Record<'web' | 'late', readonly Sent[]>> = {
  web: [
    { path: '/ok', status: 200, times: 12, who: null, took: [0, 1000] },
    { path: '/none', status: 404, times: 5, who: null },
    { path: '/slow', status: 200, times: 3, who: null, took: [1200, 4000] },
    { path: '/broken', status: 500, times: 2, who: 'application' },
    { path: '/badly', status: 502, times: 2, who: 'application' },
    { path: '/dead', status: 502, times: 4, who: 'refused' },
    // By its own words when it made its configuration; the line of a request says only that nobody was asked.
    { path: '/nobody', status: 503, times: 3, who: 'none-available' },
  ],
  // 1 s for each of three tries.
  late: [{ path: '/late', status: 504, times: 2, who: 'timed-out', took: [900, 6000] }],
}

const program = `
  const say = (status, text) => { response.statusCode = status; response.end(text) }
  switch (request.url.split('?', 1)[0]) {
    case '/none': return say(404, 'nothing here')
    case '/slow': return setTimeout(() => say(200, 'at last'), 1200)
    case '/late': return setTimeout(() => say(200, 'too late'), 5000)
    case '/broken': return say(500, 'broken')
    case '/badly': return say(502, 'what I called is broken')
    default: return say(200, 'ok')
  }`

interface Group {
  readonly host: string | null
  readonly path: string | null
  readonly status: number | null
  readonly requests: number
  readonly who: Readonly<Record<string, number>>
  readonly total: { readonly p50: number } | null
}

export interface Summary {
  readonly lines: { readonly requests: number }
  readonly serverErrors: number
  readonly who: Readonly<Record<string, number>>
  readonly groups: readonly Group[]
}

/** Requests by which it is seen that the controller serves an Ingress; they are none of what is counted. */
const warmUp = '/ready'

/** What differs from what was sent: nothing where each number is right. `host` null: the format does not say it. */
export function differences(
  { lines, serverErrors, who, groups }: Summary,
  wanted: readonly Sent[],
  host: string | null,
): readonly string[] {
  const counted = groups.filter((it) => it.path !== warmUp)
  // Before the controller has heard of the pods it answers 503, for as long as a busy machine takes.
  const warming = groups.filter((it) => it.path === warmUp)
  const own =
    serverErrors - warming.filter(({ status }) => (status ?? 0) >= 500).reduce((sum, it) => sum + it.requests, 0)
  const ownWho = { ...who }
  for (const it of warming) for (const [by, times] of Object.entries(it.who)) ownWho[by] = (ownWho[by] ?? 0) - times
  const of = ({ path, status }: Pick<Sent, 'path' | 'status'>): string => `${path} ${status}`
  const expected = new Map(wanted.map((it) => [of(it), it]))
  const all = new Map<string, number>()
  for (const it of wanted) if (it.who !== null) all.set(it.who, (all.get(it.who) ?? 0) + it.times)
  const told = groups.reduce((sum, it) => sum + it.requests, 0)
  return [
    ...(told === lines.requests ? [] : [`${told} requests in groups of ${lines.requests}`]),
    ...differ('server errors', String(own), String([...all.values()].reduce((sum, it) => sum + it, 0))),
    ...differ('who said them', inWords(ownWho), inWords(Object.fromEntries(all))),
    ...counted
      .filter((it) => !expected.has(`${it.path} ${it.status}`))
      .map((it) => `nobody sent ${it.path} ${it.status}`),
    ...wanted.flatMap((it) => {
      const its = counted.filter((one) => `${one.path} ${one.status}` === of(it))
      const [first] = its
      if (first === undefined || its.length > 1) return [`${of(it)} is in ${its.length} groups`]
      const [least, most] = it.took ?? [0, Number.POSITIVE_INFINITY]
      const p50 = first.total?.p50 ?? -1
      return [
        ...differ(`requests for ${of(it)}`, String(first.requests), String(it.times)),
        ...differ(`who said ${of(it)}`, inWords(first.who), inWords(it.who === null ? {} : { [it.who]: it.times })),
        ...differ(`the host of ${of(it)}`, first.host ?? 'none', host ?? 'none'),
        ...(p50 >= least && p50 <= most ? [] : [`the median of ${of(it)} is ${p50} ms, not ${least} to ${most}`]),
      ]
    }),
  ]
}

function differ(what: string, got: string, expected: string): readonly string[] {
  return got === expected ? [] : [`${what}: ${got}, not ${expected}`]
}

function inWords(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts)
    .filter(([, times]) => times !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return all.map(([who, times]) => `${who} ${times}`).join(', ') || 'nobody'
}

interface Round {
  readonly name: string
  readonly namespace: string
  /** `log-format-upstream` of the controller's ConfigMap; null: its own, which has no host. */
  readonly format: string | null
}

const rounds: readonly Round[] = [
  { name: "the controller's own format", namespace: 'lab-sum-own', format: null },
  {
    name: 'a format with the host',
    namespace: 'lab-sum-host',
    format:
      '$remote_addr [$time_local] $host "$request" $status $body_bytes_sent $request_time [$proxy_upstream_name] ' +
      '$upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id',
  },
]

export async function logSummaryCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const round of rounds) {
    const name = `a summary of known requests, in ${round.name}`
    const expected = 'each number is what was sent: by path, status, host and who said it'
    const result = await expectThat('logs', name, expected, () => summed(lab, round))
    tell(result)
    results.push(result)
  }
  return results
}

function objectsIn(namespace: string): readonly KubernetesObject[] {
  const plain = ingress(namespace)
  const [rule] = plain.spec?.rules ?? []
  const to = (path: string, name: string) => ({
    path,
    pathType: 'Prefix' as const,
    backend: { service: { name, port: { number: 80 } } },
  })
  const paths = [to('/', 'web'), to('/dead', 'dead'), to('/nobody', 'nobody')]
  const late = ingress(namespace, { service: 'hasty' })
  const ofLate = (late.spec?.rules ?? []).map((it) => ({ ...it, host: hostIn(namespace, 'late') }))
  const annotations = { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '1' }
  const patient = { ...plain, spec: { ...plain.spec, rules: [{ ...rule, http: { paths } }] } }
  const hasty = {
    ...late,
    metadata: { name: 'late', namespace, annotations },
    spec: { ...late.spec, rules: ofLate },
  }
  return objectsOf({
    web: webServer(namespace, 'web', program),
    webService: service(namespace, 'web', { port: 80, targetPort: 8080 }),
    hastyService: service(namespace, 'hasty', { port: 80, targetPort: 8080 }, { app: 'web' }),
    deadService: service(namespace, 'dead', { port: 80, targetPort: 9999 }, { app: 'web' }),
    nobodyService: service(namespace, 'nobody', { port: 80, targetPort: 8080 }, { app: 'nobody' }),
    patient,
    hasty,
  })
}

function hostIn(namespace: string, name: 'web' | 'late'): string {
  return name === 'web' ? hostOf(namespace) : `late.${hostOf(namespace)}`
}

async function summed(
  lab: Lab,
  { namespace, format }: Round,
): Promise<{ readonly got: string; readonly passed: boolean; readonly detail: string }> {
  const both = ['web', 'late'] as const
  // A second try finds the lines of the first, of an Ingress of the same name.
  const began = performance.now()
  const since = (): string => `${Math.ceil((performance.now() - began) / 1000)}s`
  await lab.kubectl(['create', 'namespace', namespace])
  try {
    if (format !== null) await setOptions(lab, { 'log-format-upstream': format })
    const items = objectsIn(namespace)
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await lab.kubectl(['-n', namespace, 'rollout', 'status', 'deploy/web', '--timeout=90s'])
    for (const it of both) await served(lab, namespace, { name: it, withHost: format !== null, since })
    const odd: string[] = []
    for (const it of both)
      for (const { path, status, times } of sent[it])
        for (let turn = 0; turn < times; turn++) {
          const got = await get(lab, hostIn(namespace, it), path)
          if (got !== status) odd.push(`curl was told ${got} of ${path}, not ${status}`)
        }
    // The kubelet has read each line a moment after it was written.
    await sleep(2000)
    const texts: string[] = []
    for (const it of both) {
      const ran = await ask(lab, namespace, it, since())
      texts.push(ran.stdout, ran.stderr)
      const host = format === null ? null : hostIn(namespace, it)
      odd.push(...differences(JSON.parse(ran.stdout) as Summary, sent[it], host).map((one) => `${it}: ${one}`))
      if (ran.code !== 1) odd.push(`${it}: exit ${ran.code}, though there were errors`)
    }
    return {
      got: odd.length === 0 ? expectedWords : odd.slice(0, 3).join('; '),
      passed: odd.length === 0,
      detail: [...odd, ...texts].join('\n'),
    }
  } finally {
    if (format !== null) await setOptions(lab, { 'log-format-upstream': null })
    await lab.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true'])
  }
}

const expectedWords = 'each number is what was sent'

function ask(lab: Lab, namespace: string, name: string, since: string): ReturnType<typeof hopscope> {
  const args = ['logs', `ingress/${name}`, '-n', namespace, '--summary', '--since', since, '-o', 'json']
  return hopscope(args, { kubeconfig: lab.kubeconfig })
}

/** Until the controller has taken it up, and writes in the format that was asked for. */
async function served(
  lab: Lab,
  namespace: string,
  {
    name,
    withHost,
    since,
  }: { readonly name: 'web' | 'late'; readonly withHost: boolean; readonly since: () => string },
): Promise<void> {
  const host = hostIn(namespace, name)
  await until(`the controller serves ${host}`, async () => (await get(lab, host, warmUp)) === 200)
  if (!withHost) return
  await until(
    'the controller logs the host',
    async () => {
      await get(lab, host, warmUp)
      const ran = await ask(lab, namespace, name, since())
      return ran.stdout !== '' && (JSON.parse(ran.stdout) as Summary).groups.some((it) => it.host === host)
    },
    { everyMs: 2000 },
  )
}

async function get(lab: Lab, host: string, path: string): Promise<number> {
  const url = `${INGRESS_URL.replace(/\/$/, '')}${path}`
  const args = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '15', '-H', `Host: ${host}`, url]
  return Number((await lab.run('host', ['curl', ...args])).stdout)
}
