// `hopscope trace` and `diagnose URL`: name the hop that the path breaks at, are never green of a connection that
// fails, and have an answer within ten seconds (on an idle machine), however silent a hop is.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import { hostOf, ingress } from '../breaks/app.ts'
import { throughNode } from '../breaks/outside.ts'
import { hopscope, type Ran, reportOf } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const group = 'trace'
const NAMESPACE = 'lab-trace'
/** Of the command itself, from its start to its end, all probe pods removed. */
const mostSeconds = 10
/** What a path on which all is well takes on two idle cores: a busy machine is given as much more. */
const usualSeconds = 6.5
let wellSeconds = usualSeconds
const limit = (): number => mostSeconds * Math.max(1, wellSeconds / usualSeconds)

interface Traced {
  readonly verdict: string
  readonly at: string | null
  readonly narrowed: string | null
  readonly hops: readonly { readonly name: string; readonly verdict: string; readonly how: string }[]
}

interface Case {
  readonly name: string
  readonly to: string
  /** Objects in force meanwhile. */
  readonly with?: string
  readonly flags?: readonly string[]
  readonly code: 0 | 1
  readonly says: (it: Traced) => string
  readonly expected: string
}

const connect = ({ hops }: Traced): string => {
  const hop = hops.find((it) => it.name === 'connect')
  return `${hop?.verdict} ${hop?.how}`
}

const policy = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'trace', namespace: NAMESPACE },
    spec,
  })
const service = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec })

const cases: readonly Case[] = [
  {
    name: 'a Service of another namespace is reached',
    to: 'svc/cart.shop:8080',
    code: 0,
    says: (it) => `${it.verdict} ${connect(it)}`,
    expected: 'open ok inside',
  },
  {
    name: 'its name is as good',
    to: 'cart.shop.svc.cluster.local:8080',
    code: 0,
    says: (it) => `${it.verdict} ${connect(it)}`,
    expected: 'open ok inside',
  },
  {
    name: 'a port that the Service does not have',
    to: 'svc/cart.shop:81',
    code: 1,
    says: (it) => `${it.verdict} at ${it.at}`,
    expected: 'broken at service',
  },
  {
    name: 'a policy keeps the pod in',
    to: 'svc/cart.shop:8080',
    with: policy({ podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }),
    code: 1,
    says: (it) => `${it.verdict} at ${it.at}, ${connect(it)}`,
    expected: 'broken at policy, broken inside',
  },
  {
    name: 'a Service that selects nothing',
    to: 'svc/nobody',
    with: service('nobody', { selector: { app: 'nobody' }, ports: [{ port: 80 }] }),
    code: 1,
    says: (it) => `${it.verdict} at ${it.at}`,
    expected: 'broken at endpoints',
  },
  {
    name: 'a Service whose pods do not listen there',
    to: 'svc/closed',
    with: service('closed', { selector: { app: 'client' }, ports: [{ port: 80, targetPort: 9 }] }),
    code: 1,
    says: (it) => `${it.verdict} at ${it.at}`,
    expected: 'broken at connect',
  },
  {
    name: 'an address where nobody is',
    to: '198.18.0.222:80',
    code: 1,
    says: (it) => `${it.verdict} at ${it.at}, ${connect(it)}`,
    expected: 'broken at connect, broken inside',
  },
  {
    // The probe pods' own lookups, connects and counters are silent as well: they stand beside the client.
    name: 'a policy keeps all of it in, DNS too',
    to: 'svc/cart.shop:8080',
    with: policy({ podSelector: {}, policyTypes: ['Egress'], egress: [] }),
    flags: ['--probe-namespace', NAMESPACE],
    code: 1,
    says: (it) => `${it.verdict}, ${connect(it)}`,
    expected: 'broken, broken inside',
  },
]

interface UrlCase {
  readonly name: string
  readonly url: string
  readonly with?: string
  readonly code: 0 | 1
}

/** nginx says 504 after three tries of five seconds; nobody waits for that. */
const silentBackend = [
  // Else kubectl takes all of it for one text of JSON.
  '',
  service('web', { selector: { app: 'client' }, ports: [{ port: 80, targetPort: 8080 }] }),
  JSON.stringify(ingress(NAMESPACE)),
  policy({ podSelector: {}, policyTypes: ['Ingress'], ingress: [] }),
].join('\n---\n')

const urlCases: readonly UrlCase[] = [
  { name: 'a URL that is served', url: 'http://web.example.com/', code: 0 },
  {
    name: 'a URL whose pods are silent',
    url: `http://${hostOf(NAMESPACE)}/`,
    with: silentBackend,
    code: 1,
  },
]

const client = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'client', namespace: NAMESPACE, labels: { app: 'client' } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image: 'docker.io/library/busybox:1.36', command: ['sleep', '1000000'] }],
  },
})

export async function traceCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  await lab.kubectl(['create', 'namespace', NAMESPACE])
  try {
    await lab.kubectl(['apply', '-f', '-'], client)
    await lab.kubectl(['-n', NAMESPACE, 'wait', '--for=condition=Ready', 'pod/client', '--timeout=60s'])
    for (const run of [
      ...cases.map((it) => () => traceCase(lab, it)),
      ...urlCases.map((it) => () => urlCase(lab, it)),
    ]) {
      const result = await run()
      results.push(result)
      tell(result)
    }
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=true'])
  }
  return results
}

async function traceCase(lab: Lab, it: Case): Promise<Result> {
  return expectThat(group, it.name, `exit ${it.code}, ${it.expected}, in time`, () =>
    meanwhile(lab, it.with, async () => {
      const ran = await hopscope(
        ['trace', 'pod/client', it.to, '-n', NAMESPACE, '--probe', '-o', 'json', ...(it.flags ?? [])],
        { kubeconfig: lab.kubeconfig },
      )
      const told = ran.stdout === '' ? `nothing: ${ran.stderr.slice(-300)}` : it.says(JSON.parse(ran.stdout) as Traced)
      if (it === cases[0]) wellSeconds = Math.min(ran.seconds, mostSeconds)
      return judged(ran, `exit ${ran.code}, ${told}`, `exit ${it.code}, ${it.expected}`)
    }),
  )
}

async function urlCase(lab: Lab, it: UrlCase): Promise<Result> {
  return expectThat(group, it.name, `exit ${it.code}, a report, in time`, () =>
    meanwhile(lab, it.with, async () => {
      const ran = await hopscope(['diagnose', ...throughNode([it.url]), '--probe', '-o', 'json'], {
        kubeconfig: lab.kubeconfig,
      })
      const told = reportOf(ran) === null ? `nothing: ${ran.stderr.slice(-300)}` : 'a report'
      return judged(ran, `exit ${ran.code}, ${told}`, `exit ${it.code}, a report`)
    }),
  )
}

function judged({ seconds, stdout, stderr }: Ran, got: string, expected: string) {
  const time = seconds <= limit() ? 'in time' : `late: not within ${limit().toFixed(1)} s`
  return {
    got: `${got}, ${time} (${seconds.toFixed(1)} s)`,
    passed: got === expected && seconds <= limit(),
    detail: `${stderr}\n${stdout}`,
  }
}

/** With objects in force, which are taken away again. */
async function meanwhile<T>(lab: Lab, objects: string | undefined, look: () => Promise<T>): Promise<T> {
  if (objects === undefined) return look()
  await lab.kubectl(['apply', '-f', '-'], objects)
  try {
    // The enforcer of policies, the controller and kube-proxy follow within a second or two.
    await sleep(4000)
    return await look()
  } finally {
    await lab.kubectl(['delete', '--ignore-not-found', '-f', '-'], objects)
  }
}
