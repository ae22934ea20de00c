import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'

/*
 * Records the captures that the tests of `hopscope pcap` read: a client, a router and a server in network namespaces of
 * their own, one fault each, and real tcpdumps. Beside each file stands what tshark counts in it.
 * Usage, as root, with iproute2, iptables, tcpdump and tshark: node lab/captures/record.ts [NAME…]
 */
const folder = join(import.meta.dirname, 'files')
const client = '10.77.1.2'
const server = '10.77.2.2'
const spaces = ['pc-client', 'pc-router', 'pc-server'] as const
type Space = (typeof spaces)[number]

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const inside = (space: Space, ...args: readonly string[]): string => run('ip', 'netns', 'exec', space, ...args)
const ip = (line: string): string => run('ip', ...line.split(' '))

function build(): void {
  for (const space of spaces) ip(`netns add ${space}`)
  ip('link add c0 netns pc-client type veth peer name rc netns pc-router')
  ip('link add s0 netns pc-server type veth peer name rs netns pc-router')
  for (const [space, device, address] of [
    ['pc-client', 'c0', `${client}/24`],
    ['pc-router', 'rc', '10.77.1.1/24'],
    ['pc-router', 'rs', '10.77.2.1/24'],
    ['pc-server', 's0', `${server}/24`],
    ['pc-server', 's0', '10.77.2.3/24'],
  ] as const)
    ip(`-n ${space} addr add ${address} dev ${device}`)
  for (const [space, device, address] of [
    ['pc-client', 'c0', 'fd77:1::2/64'],
    ['pc-router', 'rc', 'fd77:1::1/64'],
    ['pc-router', 'rs', 'fd77:2::1/64'],
    ['pc-server', 's0', 'fd77:2::2/64'],
  ] as const)
    ip(`-n ${space} addr add ${address} dev ${device} nodad`)
  for (const [space, device] of [
    ['pc-client', 'c0'],
    ['pc-router', 'rc'],
    ['pc-router', 'rs'],
    ['pc-server', 's0'],
    ['pc-client', 'lo'],
    ['pc-router', 'lo'],
    ['pc-server', 'lo'],
  ] as const)
    ip(`-n ${space} link set ${device} up`)
  inside('pc-router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  ip('-n pc-client route add default via 10.77.1.1')
  ip('-n pc-server route add default via 10.77.2.1')
  ip('-n pc-client -6 route add default via fd77:1::1')
  ip('-n pc-server -6 route add default via fd77:2::1')
  mkdirSync('/etc/netns/pc-client', { recursive: true })
}

function tearDown(): void {
  for (const space of spaces) spawnSync('ip', ['netns', 'del', space])
  spawnSync('rm', ['-rf', '/etc/netns/pc-client'])
}

const resolv = (nameserver: string, options = 'ndots:5 timeout:2 attempts:2'): void =>
  writeFileSync(
    '/etc/netns/pc-client/resolv.conf',
    `search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${nameserver}\noptions ${options}\n`,
  )

/** glibc's own resolver; a name that is not found is no failure here. */
const lookUp = (...names: readonly string[]): Promise<unknown> =>
  Promise.all(
    names.map((it) => over(spawn('ip', ['netns', 'exec', 'pc-client', 'getent', 'ahosts', it], { stdio: 'ignore' }))),
  )

const fetchOf = (url: string, seconds = 6): Promise<unknown> =>
  over(
    spawn('ip', ['netns', 'exec', 'pc-client', 'curl', '-gsko', '/dev/null', '-m', String(seconds), url], {
      stdio: 'ignore',
    }),
  )

/** Sends and waits, without an end. */
const pour = (port: number, bytes: number, seconds: number): Promise<unknown> =>
  over(
    spawn(
      'ip',
      [
        'netns',
        'exec',
        'pc-client',
        process.execPath,
        '-e',
        `const s = require('net').connect(${port}, '${server}', () => s.write(Buffer.alloc(${bytes})))
         s.on('error', () => {})
         setTimeout(() => process.exit(), ${seconds * 1000})`,
      ],
      { stdio: 'ignore' },
    ),
  )

async function over(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit')
}

interface Fault {
  /** Of the server. */
  readonly mood?: string
  readonly nameserver?: string
  readonly address?: string
  /** iptables lines in the router. */
  readonly rules?: readonly string[]
  readonly before?: () => void
  readonly happens: () => Promise<unknown>
  /** Where tcpdump runs, with which flags; one file each. */
  readonly at?: Readonly<Record<string, readonly [Space, ...string[]]>>
}

const udpDns = ['-p', 'udp', '--dport', '53'].join(' ')
const ofClient = { client: ['pc-client', '-i', 'c0'] } as const
const three = {
  client: ['pc-client', '-i', 'c0'],
  router: ['pc-router', '-i', 'rs'],
  server: ['pc-server', '-i', 's0'],
} as const
const web = `http://${server}/`

const faults: Readonly<Record<string, Fault>> = {
  'dns-well': { happens: () => lookUp('cart', 'web') },
  'dns-v6': { nameserver: 'fd77:2::2', address: 'fd77:2::2', happens: () => lookUp('cart') },
  'dns-search': { happens: () => lookUp('api.example.com', 'db.example.com') },
  'dns-silent': { mood: 'silent', happens: () => lookUp('cart') },
  'dns-slow': { mood: 'slow', happens: () => lookUp('cart') },
  'dns-servfail': { mood: 'servfail', happens: () => lookUp('cart') },
  'dns-refused': { mood: 'refused', happens: () => lookUp('cart') },
  'dns-aaaa-lost': { mood: 'drops-first-aaaa', happens: () => lookUp('cart', 'web') },
  'dns-truncated': { mood: 'truncates', happens: () => lookUp('cart') },
  'dns-truncated-no-tcp': {
    mood: 'truncates',
    rules: ['-p tcp --dport 53 -j DROP'],
    happens: () => Promise.race([lookUp('cart'), after(9000)]),
  },
  'dns-elsewhere': { mood: 'elsewhere', happens: () => lookUp('cart') },
  'dns-rejected': { rules: [`${udpDns} -j REJECT`], happens: () => lookUp('cart') },
  'dns-prohibited': {
    rules: [`${udpDns} -j REJECT --reject-with icmp-admin-prohibited`],
    happens: () => lookUp('cart'),
  },
  'dns-fragments': { mood: 'large', happens: () => lookUp('big') },
  'dns-fragments-lost': {
    mood: 'large',
    // Later fragments have no port, so that filters by port let the first one through alone.
    before: () => inside('pc-router', 'iptables', '-t', 'raw', '-A', 'PREROUTING', '-f', '-j', 'DROP'),
    happens: () => lookUp('big'),
  },
  'dns-lost-on-node': {
    rules: [`${udpDns} -m statistic --mode nth --every 2 --packet 1 -j DROP`],
    happens: () => lookUp('cart', 'web'),
    at: three,
  },
  'dns-answer-lost': {
    rules: ['-p udp --sport 53 -m statistic --mode nth --every 3 --packet 1 -j DROP'],
    happens: () => lookUp('cart', 'web'),
    at: three,
  },
  'tcp-well': { happens: () => fetchOf(web) },
  'tcp-v6': { address: 'fd77:2::2', happens: () => fetchOf('http://[fd77:2::2]/') },
  'tcp-dropped': { rules: ['-p tcp --dport 80 -j DROP'], happens: () => fetchOf(web, 5), at: three },
  'tcp-refused': { happens: () => fetchOf(`http://${server}:8080/`) },
  'tcp-rejected': {
    rules: ['-p tcp --dport 80 -j REJECT --reject-with icmp-admin-prohibited'],
    happens: () => fetchOf(web, 4),
  },
  'tcp-no-endpoints': { rules: ['-p tcp --dport 80 -j REJECT'], happens: () => fetchOf(web, 4) },
  'tcp-reset': { mood: 'resets', happens: () => fetchOf(web) },
  'tcp-zero-window': { mood: 'never-reads', happens: () => pour(80, 9_000_000, 6) },
  'tcp-late': { mood: 'late', happens: () => fetchOf(web) },
  'tcp-loss': {
    mood: 'large-page',
    rules: ['-p tcp --sport 80 -m length --length 100: -m statistic --mode nth --every 9 --packet 4 -j DROP'],
    happens: () => fetchOf(web),
  },
  'tcp-mtu-silent': {
    mood: 'large-page',
    rules: ['-p tcp --sport 80 -m length --length 1300: -j DROP'],
    happens: () => fetchOf(web, 6),
    at: { client: ['pc-client', '-i', 'c0'], server: ['pc-server', '-i', 's0'] },
  },
  'tcp-mtu-icmp': {
    mood: 'large-page',
    before: () => {
      ip('-n pc-router link set rc mtu 1300')
      ip('-n pc-client link set c0 mtu 1300')
      inside('pc-client', 'ip', 'route', 'change', 'default', 'via', '10.77.1.1', 'advmss', '1460')
    },
    happens: () => fetchOf(web, 6),
    at: { server: ['pc-server', '-i', 's0'] },
  },
  'http-fails': { mood: 'fails', happens: () => fetchOf(web) },
  'tls-alert': { happens: () => fetchOf(`https://${server}/`) },
  'any-v2': { happens: () => Promise.all([lookUp('cart'), fetchOf(web)]), at: { router: ['pc-router', '-i', 'any'] } },
  'any-v1': {
    happens: () => Promise.all([lookUp('cart'), fetchOf(web)]),
    at: { router: ['pc-router', '-i', 'any', '-y', 'LINUX_SLL'] },
  },
  'short-snaplen': { happens: () => lookUp('cart'), at: { client: ['pc-client', '-i', 'c0', '-s', '50'] } },
  'one-way': { happens: () => lookUp('cart'), at: { client: ['pc-client', '-i', 'c0', '-Q', 'out'] } },
  nanoseconds: {
    happens: () => lookUp('cart'),
    at: { client: ['pc-client', '-i', 'c0', '--time-stamp-precision=nano'] },
  },
}

async function record(name: string, fault: Fault): Promise<void> {
  tearDown()
  build()
  resolv(fault.nameserver ?? server)
  for (const rule of fault.rules ?? []) inside('pc-router', 'iptables', '-A', 'FORWARD', ...rule.split(' '))
  fault.before?.()
  // Offloads hand over segments of 64 kB that no wire has seen.
  for (const [space, device] of [
    ['pc-client', 'c0'],
    ['pc-router', 'rc'],
    ['pc-router', 'rs'],
    ['pc-server', 's0'],
  ] as const)
    spawnSync('ip', [
      'netns',
      'exec',
      space,
      'ethtool',
      '-K',
      device,
      'tso',
      'off',
      'gso',
      'off',
      'gro',
      'off',
      'tx',
      'off',
    ])
  const serve = spawn(
    'ip',
    [
      'netns',
      'exec',
      'pc-server',
      process.execPath,
      join(import.meta.dirname, 'serve.ts'),
      fault.address ?? server,
      fault.mood ?? 'well',
      '10.77.2.3',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(serve.stdout, 'data')
  const dumps = Object.entries(fault.at ?? ofClient).map(([point, [space, ...flags]]) => {
    const file = join(folder, `${name}${fault.at === undefined ? '' : `.${point}`}.pcap`)
    const dump = spawn(
      'ip',
      ['netns', 'exec', space, 'tcpdump', '-U', '-Z', 'root', '-w', file, ...flags, 'not icmp6 and not arp'],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    return { dump, isUp: once(dump.stderr, 'data') }
  })
  for (const { isUp } of dumps) await isUp
  await after(300)
  await fault.happens()
  await after(700)
  for (const { dump } of dumps) dump.kill('SIGINT')
  for (const { dump } of dumps) await over(dump)
  serve.kill('SIGTERM')
  await over(serve)
  tearDown()
}

/** What tshark says of each frame; a field may hold several values, and those of a quoted packet in ICMP follow. */
const fields = [
  'dns.flags.response',
  'dns.flags.rcode',
  'dns.flags.truncated',
  'tcp.flags',
  'tcp.analysis.retransmission',
  'tcp.analysis.out_of_order',
  'tcp.analysis.zero_window',
  'tls.alert_message.desc',
  'http.response.code',
  'icmp.type',
] as const

/** Frames that tshark counts, by what they are. */
function countWithTshark(file: string): Readonly<Record<string, number>> {
  const flags = fields.flatMap((it) => ['-e', it])
  const out = run('tshark', '-r', join(folder, file), '-T', 'fields', '-E', 'separator=;', ...flags)
  const all = out.split('\n').slice(0, -1).flatMap(namesOf)
  return Object.fromEntries([...Map.groupBy(all, (it) => it)].map(([name, its]) => [name, its.length]))
}

function namesOf(line: string): readonly string[] {
  const [response, rcode, truncated, tcp, again, early, zero, alert, http, icmp] = line.split(';')
  if (icmp !== '') return ['packets']
  const bits = Number(tcp)
  const listed = (it: string | undefined): readonly string[] => (it === undefined || it === '' ? [] : it.split(','))
  const isTrue = (it: string): boolean => it === '1' || it === 'True'
  const when = (is: boolean, name: string): readonly string[] => (is ? [name] : [])
  return [
    'packets',
    ...listed(response).map((it) => (isTrue(it) ? 'answers' : 'queries')),
    ...listed(rcode).map((it) => `rcode${it}`),
    ...when(listed(response).some(isTrue) && listed(truncated).some(isTrue), 'truncated'),
    ...when(tcp !== '', 'segments'),
    ...when((bits & 18) === 2, 'syns'),
    ...when((bits & 18) === 18, 'synAcks'),
    ...when((bits & 4) !== 0, 'resetPackets'),
    ...when(again !== '', 'retransmissions'),
    ...when(early !== '', 'outOfOrder'),
    ...when(zero !== '', 'zeroWindows'),
    ...when(alert !== '', 'tlsAlerts'),
    ...when(http !== '', 'httpAnswers'),
  ]
}

mkdirSync(folder, { recursive: true })
const wanted = process.argv.slice(2)
for (const [name, fault] of Object.entries(faults)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(`${name}\n`)
  await record(name, fault)
}
const files = readdirSync(folder)
  .filter((it) => it.endsWith('.pcap'))
  .toSorted()
const counted = Object.fromEntries(files.map((it) => [it, countWithTshark(it)]))
writeFileSync(join(folder, 'tshark.json'), `${JSON.stringify(counted, null, 1)}\n`)
