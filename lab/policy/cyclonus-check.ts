// node lab/policy/cyclonus-check.ts: does the lab's enforcer mean by a NetworkPolicy what others mean by it? For each
// policy below, cyclonus (an independent implementation of the semantics, used to test CNI plugins) draws up who
// reaches whom among nine pods, and the gates from which our nftables rules are written have to give the same table.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Namespace, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { NetworkPolicy, NetworkPolicySpec } from 'kubernetes-types/networking/v1.d.ts'
import { CACHE } from '../plan.ts'
import { must, run } from '../process.ts'
import { connects, gates, type Ports } from './gates.ts'

const VERSION = 'v0.5.6'
/** In these cases we get the policy without its types, and have to come to the same. */
const TYPELESS = 'no policyTypes,'
const NAMESPACES = ['x', 'y', 'z']
const NAMES = ['a', 'b', 'c']
const PORTS = [
  { name: 'serve-80-tcp', port: 80, protocol: 'TCP' },
  { name: 'serve-81-tcp', port: 81, protocol: 'TCP' },
  { name: 'serve-80-udp', port: 80, protocol: 'UDP' },
] as const

/** cyclonus takes only policies that say their types, as the API server stores them (networking/v1 defaults.go). */
function x(spec: NetworkPolicySpec, name = 'tested'): NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'x', name },
    spec: { policyTypes: ['Ingress'], ...spec },
  }
}

function typeless(policy: NetworkPolicy): NetworkPolicy {
  const { policyTypes: _, ...spec }: NetworkPolicySpec = policy.spec ?? all
  return { ...policy, spec }
}

const all = { podSelector: {} }
const a = { podSelector: { matchLabels: { pod: 'a' } } }
const b = { podSelector: { matchLabels: { pod: 'b' } } }
const inY = { namespaceSelector: { matchLabels: { ns: 'y' } } }

/**
 * What each policy is there to tell apart. The addresses: pod number N is 198.18.101.N, in the order xa, xb, xc, ya,
 * ...
 */
const CASES: Readonly<Record<string, readonly NetworkPolicy[]>> = {
  'default deny ingress': [x({ ...all, policyTypes: ['Ingress'] })],
  'default deny egress': [x({ ...all, policyTypes: ['Egress'] })],
  'default deny both': [x({ ...all, policyTypes: ['Ingress', 'Egress'] })],
  [`${TYPELESS} no rules`]: [x({ ...a })],
  [`${TYPELESS} egress rules`]: [x({ ...a, policyTypes: ['Ingress', 'Egress'], egress: [{ to: [b] }] })],
  'one empty ingress rule allows all': [x({ ...all, ingress: [{}] })],
  'label selector stays in its namespace': [x({ ...a, ingress: [{ from: [b] }] })],
  'namespace selector': [x({ ...a, ingress: [{ from: [inY] }] })],
  'both selectors in one peer: and': [x({ ...a, ingress: [{ from: [{ ...inY, ...b }] }] })],
  'two peers: or': [x({ ...a, ingress: [{ from: [inY, b] }] })],
  'empty namespace selector is every namespace': [x({ ...a, ingress: [{ from: [{ namespaceSelector: {}, ...b }] }] })],
  'expressions: NotIn, Exists': [
    x({
      ...a,
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchExpressions: [{ key: 'ns', operator: 'NotIn', values: ['x'] }] },
              podSelector: { matchExpressions: [{ key: 'pod', operator: 'Exists' }] },
            },
          ],
        },
      ],
    }),
  ],
  'port number': [x({ ...a, ingress: [{ ports: [{ protocol: 'TCP', port: 81 }] }] })],
  'protocol alone': [x({ ...a, ingress: [{ ports: [{ protocol: 'UDP' }] }] })],
  'named port, ingress': [x({ ...a, ingress: [{ from: [b], ports: [{ protocol: 'TCP', port: 'serve-80-tcp' }] }] })],
  'named port, egress': [
    x({ ...a, policyTypes: ['Egress'], egress: [{ to: [inY], ports: [{ protocol: 'TCP', port: 'serve-81-tcp' }] }] }),
  ],
  'port range': [x({ ...a, ingress: [{ ports: [{ protocol: 'TCP', port: 79, endPort: 80 }] }] })],
  'address block with exceptions': [
    x({
      ...a,
      ingress: [{ from: [{ ipBlock: { cidr: '198.18.101.0/29', except: ['198.18.101.2/32', '198.18.101.4/31'] } }] }],
    }),
  ],
  'address block, egress': [
    x({
      ...a,
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['198.18.101.8/30'] } }] }],
    }),
  ],
  'two policies add up': [
    x({ ...a, ingress: [{ from: [b] }] }),
    x({ ...all, ingress: [{ from: [inY], ports: [{ protocol: 'TCP', port: 80 }] }] }, 'second'),
  ],
  'egress of one end, ingress of the other': [
    x({ ...b, policyTypes: ['Egress'], egress: [{ to: [a] }] }),
    x({ ...a, ingress: [{ from: [b], ports: [{ protocol: 'TCP', port: 80 }] }] }, 'second'),
  ],
}

const namespaces: readonly Namespace[] = NAMESPACES.map((name) => ({ metadata: { name, labels: { ns: name } } }))
const pods: readonly Pod[] = NAMESPACES.flatMap((namespace, row) =>
  NAMES.map((name, column) => ({
    metadata: { namespace, name, labels: { pod: name } },
    spec: {
      nodeName: 'node',
      containers: PORTS.map(({ name: port, port: containerPort, protocol }) => ({
        name: port,
        ports: [{ name: port, containerPort, protocol }],
      })),
    },
    status: { phase: 'Running', podIP: `198.18.101.${row * NAMES.length + column + 1}` },
  })),
)

/**
 * `x/a -> y/b TCP 80`, for every connection between two pods that passes. What a pod sends to itself is left out:
 * cyclonus
 * asks the policies, while the API says that no policy keeps a pod from itself.
 */
type Table = ReadonlySet<string>

function key(from: string, to: string, protocol: string, port: number): string {
  return `${from} -> ${to} ${protocol} ${port}`
}

function ours(policies: readonly NetworkPolicy[]): Table {
  const all9 = gates({ pods, namespaces, policies })
  return new Set(
    all9.flatMap((from) =>
      all9
        .filter((to) => to !== from)
        .flatMap((to) =>
          PORTS.filter(({ protocol, port }) => connects(from, to, protocol satisfies Ports['protocol'], port)).map(
            ({ protocol, port }) => key(`${from.namespace}/${from.name}`, `${to.namespace}/${to.name}`, protocol, port),
          ),
        ),
    ),
  )
}

const model = {
  Probes: PORTS.map(({ protocol, port }) => ({ Protocol: protocol, Port: port })),
  Resources: {
    Namespaces: Object.fromEntries(namespaces.map(({ metadata }) => [metadata?.name, metadata?.labels])),
    Pods: pods.map(({ metadata, spec, status }) => ({
      Namespace: metadata?.namespace,
      Name: metadata?.name,
      Labels: metadata?.labels,
      IP: status?.podIP,
      Containers: PORTS.map(({ name, port, protocol }) => ({
        Name: name,
        Port: port,
        Protocol: protocol,
        PortName: name,
      })),
      Node: spec?.nodeName,
    })),
  },
}

/**
 * Of each probe it prints three tables: ingress, egress, both. Rows are sources, columns targets in capitals, `.`
 * passes.
 */
async function theirs(cyclonus: string, folder: string, policies: readonly NetworkPolicy[]): Promise<Table> {
  const policyPath = await mkdtemp(join(folder, 'policies-'))
  const probePath = join(folder, 'probe.json')
  for (const [index, policy] of policies.entries())
    await writeFile(join(policyPath, `${index}.json`), JSON.stringify(policy))
  await writeFile(probePath, JSON.stringify(model))
  const printed = await must([
    cyclonus,
    'analyze',
    '--mode',
    'probe',
    '--policy-path',
    policyPath,
    '--probe-path',
    probePath,
  ])
  const tables = printed.split('Combined:\n').slice(1, PORTS.length + 1)
  const allowed = tables.flatMap((text, index) => {
    const probe = PORTS[index]
    const cells =
      text
        .split('\n\n')[0]
        ?.split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) =>
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ) ?? []
    const [header = [], ...rows] = cells
    return rows.flatMap(([from = '', ...row]) =>
      row.flatMap((cell, column) => {
        const to = (header[column + 1] ?? '').toLowerCase()
        return cell === '.' && probe !== undefined && from !== to ? [key(from, to, probe.protocol, probe.port)] : []
      }),
    )
  })
  return new Set(allowed)
}

async function installed(): Promise<string> {
  const folder = join(CACHE, `cyclonus-${VERSION}`)
  const program = join(folder, 'cyclonus')
  if ((await run([program, 'version'])).code !== 0) {
    process.stdout.write(`building cyclonus ${VERSION} (once; kept in the cache)\n`)
    await must(['go', 'install', `github.com/mattfenwick/cyclonus/cmd/cyclonus@${VERSION}`], {
      env: { ...process.env, GOBIN: folder },
    })
  }
  return program
}

async function main(): Promise<number> {
  const cyclonus = await installed()
  const folder = await mkdtemp(join(tmpdir(), 'cyclonus-'))
  let different = 0
  for (const [name, policies] of Object.entries(CASES)) {
    const mine = ours(name.startsWith(TYPELESS) ? policies.map(typeless) : policies)
    const other = await theirs(cyclonus, folder, policies)
    const more = [...mine].filter((it) => !other.has(it))
    const fewer = [...other].filter((it) => !mine.has(it))
    const same = more.length + fewer.length === 0
    if (!same) different += 1
    process.stdout.write(
      `${same ? 'same' : 'DIFFERENT'}  ${name}: ` +
        `${other.size} of ${pods.length * (pods.length - 1) * PORTS.length} connections pass\n`,
    )
    for (const it of more.slice(0, 5)) process.stdout.write(`  only we allow       ${it}\n`)
    for (const it of fewer.slice(0, 5)) process.stdout.write(`  only cyclonus does  ${it}\n`)
  }
  await rm(folder, { recursive: true })
  process.stdout.write(
    `${Object.keys(CASES).length - different} of ${Object.keys(CASES).length} policies mean the same to both\n`,
  )
  return different === 0 ? 0 : 1
}

process.exitCode = await main()
