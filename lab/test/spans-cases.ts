// `hopscope spans` against the real Jaeger, of a shop with OpenTelemetry's own SDK: a database that is slow, a name
// that takes 5 s, a pool without a free connection, and a shop that is well.
import type { Deployment } from 'kubernetes-types/apps/v1.d.ts'
import { deployment, type KubernetesObject, service, withContainer } from '../breaks/app.ts'
import { until } from '../breaks/until.ts'
import { bringTracing, JAEGER_IMAGE, TRACED_IMAGE } from '../images/tracing.ts'
import type { Lab } from '../lab.ts'
import { hopscope, type Report } from './hopscope.ts'
import { expectThat, type Result } from './result.ts'

const NAMESPACE = 'lab-traced'

interface Shop {
  /** Before the names of its three servers, by which Jaeger tells it from the others. */
  readonly name: string
  readonly env: Readonly<Partial<Record<'web' | 'cart' | 'db', Readonly<Record<string, string>>>>>
  /** The first nameserver of cart says nothing; Go's resolver goes on to the next after 5 s. */
  readonly isSilent?: boolean
  readonly atOnce: number
  readonly requests: number
  /** The check that names it, and the call; null: none does. */
  readonly cause: { readonly code: string; readonly call: string } | null
}

const shops: readonly Shop[] = [
  {
    name: 'slow',
    env: { db: { DELAY: '1500ms' } },
    atOnce: 2,
    requests: 8,
    cause: { code: 'SPN906', call: 'slow-cart->slow-db' },
  },
  {
    name: 'names',
    env: {},
    isSilent: true,
    atOnce: 2,
    requests: 6,
    cause: { code: 'SPN901', call: 'names-cart->names-db' },
  },
  {
    name: 'pool',
    env: { cart: { MAX_CONNS: '1', KEEP: 'yes' }, db: { DELAY: '300ms' } },
    atOnce: 8,
    requests: 24,
    cause: { code: 'SPN902', call: 'pool-cart->pool-db' },
  },
  { name: 'well', env: {}, atOnce: 2, requests: 8, cause: null },
]

const jaeger: readonly KubernetesObject[] = [
  withContainer(deployment(NAMESPACE, 'jaeger', {}), {
    image: JAEGER_IMAGE,
    args: ['--memory.max-traces=2000'],
    env: [{ name: 'COLLECTOR_OTLP_ENABLED', value: 'true' }],
    ports: [{ containerPort: 16_686 }, { containerPort: 4318 }],
    readinessProbe: { httpGet: { path: '/', port: 14_269 }, periodSeconds: 1 },
    resources: { requests: { cpu: '5m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  }),
  service(NAMESPACE, 'jaeger-query', { name: 'http-query', port: 16_686 }, { app: 'jaeger' }),
  service(NAMESPACE, 'jaeger-collector', { name: 'otlp-http', port: 4318 }, { app: 'jaeger' }),
]

function objectsOf({ name: shop, env, isSilent = false }: Shop, dnsServer: string): readonly KubernetesObject[] {
  const server = (name: 'web' | 'cart' | 'db', calls: string | null): Deployment => {
    const all = {
      NAME: `${shop}-${name}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://jaeger-collector.${NAMESPACE}.svc.cluster.local.:4318`,
      ...(calls === null ? {} : { DOWNSTREAM: `http://${shop}-${calls}.${NAMESPACE}.svc.cluster.local.:8080/` }),
      ...env[name],
    }
    const pod =
      isSilent && name === 'cart' ? { dnsPolicy: 'None', dnsConfig: { nameservers: ['198.18.0.88', dnsServer] } } : {}
    return withContainer(deployment(NAMESPACE, `${shop}-${name}`, { pod }), {
      image: TRACED_IMAGE,
      args: [],
      env: Object.entries(all).map(([key, value]) => ({ name: key, value })),
      resources: { requests: { cpu: '2m', memory: '16Mi' }, limits: { memory: '64Mi' } },
    })
  }
  return [
    server('web', 'cart'),
    server('cart', 'db'),
    server('db', null),
    ...['web', 'cart', 'db'].map((it) => service(NAMESPACE, `${shop}-${it}`, { port: 8080 })),
  ]
}

export async function spansCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  try {
    const started = await expectThat('spans', 'the shop is traced', 'Jaeger and four shops run', async () => {
      await up(lab)
      return { got: 'Jaeger and four shops run', passed: true }
    })
    tell(started)
    results.push(started)
    if (!started.passed) return results
    for (const shop of shops) {
      const expected = shop.cause === null ? 'no finding' : `${shop.cause.code} ${shop.cause.call} first`
      const result = await expectThat('spans', `traces of ${shop.name}`, expected, () => asked(lab, shop))
      tell(result)
      results.push(result)
    }
    for (const shop of shops) {
      const expected = shop.cause === null ? 'nothing of traces' : `${shop.cause.code} ${shop.cause.call}`
      const name = `diagnose --probe of ${shop.name}-web reads them`
      const result = await expectThat('spans', name, expected, () => diagnosed(lab, shop))
      tell(result)
      results.push(result)
    }
    return results
  } finally {
    await lab.kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=true'])
  }
}

async function up(lab: Lab): Promise<void> {
  await bringTracing(lab)
  const dns = (
    await lab.kubectl(['-n', 'kube-system', 'get', 'service', 'kube-dns', '-o', 'jsonpath={.spec.clusterIP}'])
  ).trim()
  await lab.kubectl(['create', 'namespace', NAMESPACE])
  const items = [...jaeger, ...shops.flatMap((it) => objectsOf(it, dns))]
  await lab.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await lab.kubectl(['-n', NAMESPACE, 'wait', 'deployment', '--all', '--for=condition=Available', '--timeout=120s'])
  for (const shop of shops) await driven(lab, shop)
}

/** As many requests to its web, so many at a time. */
async function driven(lab: Lab, { name, atOnce, requests }: Shop): Promise<void> {
  const path = 'jsonpath={.spec.clusterIP}'
  const ip = (await lab.kubectl(['-n', NAMESPACE, 'get', 'service', `${name}-web`, '-o', path])).trim()
  const [node] = lab.nodes
  const url = `http://${ip}:8080/`
  const ask = ['curl', '-s', '-o', '/dev/null', '--fail', '--max-time', '40', url]
  for (let turn = 0; turn < requests / atOnce; turn++) {
    const all = await Promise.all(Array.from({ length: atOnce }, () => lab.run(node?.netns ?? '', ask)))
    const bad = all.find((it) => it.code !== 0)
    if (bad !== undefined) throw new Error(`${url}: curl ended with ${bad.code}`)
  }
}

async function asked(
  lab: Lab,
  { name, requests, cause }: Shop,
): Promise<{ readonly got: string; readonly passed: boolean; readonly detail: string }> {
  const args = ['spans', `${name}-web`, '-n', NAMESPACE, '-o', 'json']
  const ask = () => hopscope(args, { kubeconfig: lab.kubeconfig })
  let ran = await ask()
  // Spans are sent a second after they ended.
  await until('all its traces are in Jaeger', async () => {
    ran = await ask()
    return ran.stdout !== '' && (JSON.parse(ran.stdout) as { spans: { traces: number } }).spans.traces >= requests
  })
  const { findings } = (JSON.parse(ran.stdout) as { readonly diagnosis: Pick<Report, 'findings'> }).diagnosis
  const all = findings.map((it) => `${it.code} ${it.subject.name}`)
  const text = await hopscope(args.slice(0, -2), { kubeconfig: lab.kubeconfig })
  return {
    got: all.length === 0 ? `no finding, exit ${ran.code}` : `${all.join(', ')}, exit ${ran.code}`,
    passed: cause === null ? all.length === 0 && ran.code === 0 : all[0] === `${cause.code} ${cause.call}`,
    detail: text.stdout + text.stderr,
  }
}

/** The traces of one Service, as evidence of its diagnosis: the same hop, and nothing of a shop that is well. */
async function diagnosed(
  lab: Lab,
  { name, cause }: Shop,
): Promise<{ readonly got: string; readonly passed: boolean; readonly detail: string }> {
  const args = ['diagnose', `svc/${name}-web`, '-n', NAMESPACE, '--probe']
  const ran = await hopscope([...args, '-o', 'json'], { kubeconfig: lab.kubeconfig })
  const { findings, explained } = JSON.parse(ran.stdout) as Pick<Report, 'findings' | 'explained'>
  const all = [...findings, ...explained].filter((it) => it.code.startsWith('SPN'))
  const told = all.map((it) => `${it.code} ${it.subject.name}`)
  const isAnnounced = ran.stderr.includes(`of Service ${NAMESPACE}/jaeger-query`)
  return {
    got: `${told.join(', ') || 'nothing of traces'}${isAnnounced ? '' : ', unannounced'}, exit ${ran.code}`,
    passed: isAnnounced && (cause === null ? all.length === 0 : told.includes(`${cause.code} ${cause.call}`)),
    detail: ran.stdout + ran.stderr,
  }
}
