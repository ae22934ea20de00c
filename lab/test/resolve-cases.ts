// `hopscope resolve`: says what a pod's own resolver does, query for query, as a capture in the pod shows it.
import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { inPod, pods, type RunningPod } from '../breaks/place.ts'
import { addRules, removeRules, type Rule } from '../breaks/firewall.ts'
import { corednsPods, corednsServes } from '../breaks/coredns.ts'
import { hopscope, type Ran } from './hopscope.ts'
import { makeResolvePlace, removeResolvePlace, RESOLVE_NAMESPACE } from './resolve-place.ts'
import { expectThat, type Result } from './result.ts'

const group = 'resolve'

interface Answer {
  readonly verdict: string
  readonly winner: string | null
  readonly addresses: readonly string[]
  readonly libc: string | null
  readonly getaddrinfo: {
    readonly known: boolean
    readonly value?: { readonly result: string; readonly addresses: readonly string[] }
  }
  readonly walks: readonly {
    readonly libc: string
    readonly queries: readonly { readonly name: string; readonly type: string; readonly answer: string }[]
  }[]
  readonly disagreements: readonly { readonly says: readonly { readonly servers: readonly string[] }[] }[]
}

export async function resolveCases(lab: Lab, tell: (result: Result) => void): Promise<readonly Result[]> {
  const results: Result[] = []
  const keep = async (result: Promise<Result>): Promise<void> => {
    results.push(await result)
    tell(await result)
  }
  await makeResolvePlace(lab)
  try {
    for (const it of answers) await keep(answerCase(lab, it))
    await lab.kubectl(['apply', '-f', readRights])
    for (const it of refusals) await keep(refusalCase(lab, it))
    await lab.kubectl(['delete', '--ignore-not-found', '-f', readRights])
    for (const it of captures) await keep(captureCase(lab, it))
    await keep(disagreementCase(lab))
  } finally {
    await removeResolvePlace(lab)
  }
  return results
}

interface AnswerCase {
  readonly name: string
  readonly args: readonly string[]
  readonly code: number
  readonly says: (it: Answer) => string
  readonly expected: string
}

const from = (pod: string): readonly string[] => ['--from', `pod/${pod}`, '-n', RESOLVE_NAMESPACE]
const winner = (it: Answer): string => `${it.verdict} ${it.winner}`
const asked = (it: Answer, libc: string): readonly string[] => [
  ...new Set(it.walks.find((walk) => walk.libc === libc)?.queries.map((query) => query.name)),
]

const answers: readonly AnswerCase[] = [
  {
    name: 'a name with its namespace',
    args: ['cart.shop', ...from('plain')],
    code: 0,
    says: winner,
    expected: 'found cart.shop.svc.cluster.local.',
  },
  {
    name: 'getaddrinfo in the pod agrees',
    args: ['cart.shop', ...from('plain')],
    code: 0,
    says: (it) => `${it.libc} ${JSON.stringify(it.getaddrinfo.value?.addresses) === JSON.stringify(it.addresses)}`,
    expected: 'glibc true',
  },
  {
    name: 'the last suffix of dnsConfig wins',
    args: ['cart', ...from('suffixed')],
    code: 0,
    says: (it) => `${winner(it)} ${asked(it, 'glibc').length}`,
    expected: 'found cart.shop.svc.cluster.local. 4',
  },
  {
    name: 'ndots:2, a name with two dots',
    args: ['www.example.com', ...from('two-dots')],
    code: 0,
    says: (it) => `${winner(it)} ${asked(it, 'glibc').length}`,
    expected: 'found www.example.com. 1',
  },
  {
    name: 'ndots:2, glibc has the list left, musl not',
    args: ['kube-dns.kube-system.svc', ...from('two-dots')],
    code: 0,
    says: (it) => `${winner(it)}, musl ${asked(it, 'musl').length}`,
    expected: 'found kube-dns.kube-system.svc.cluster.local., musl 1',
  },
  {
    name: 'a last dot',
    args: ['kubernetes.default.svc.cluster.local.', ...from('plain')],
    code: 0,
    says: (it) => `${winner(it)} ${asked(it, 'glibc').length}`,
    expected: 'found kubernetes.default.svc.cluster.local. 1',
  },
  {
    name: 'a headless Service',
    args: ['db.shop', '-n', RESOLVE_NAMESPACE],
    code: 0,
    says: (it) => `${it.verdict} ${it.addresses.every((ip) => ip.startsWith('198.18.'))}`,
    expected: 'found true',
  },
  {
    name: 'an address',
    args: ['198.19.0.10', '-n', RESOLVE_NAMESPACE],
    code: 0,
    says: (it) => it.addresses.join(),
    expected: 'kube-dns.kube-system.svc.cluster.local',
  },
  {
    name: 'hostAliases come before DNS',
    args: ['pay.example.com', ...from('aliased')],
    code: 0,
    says: (it) => `${it.verdict} ${it.addresses.join()} ${it.walks.length}`,
    expected: 'in-hosts 198.18.9.9 0',
  },
  {
    name: 'a name that is not there',
    args: ['nowhere', ...from('plain')],
    code: 1,
    says: (it) => `${it.verdict} ${asked(it, 'glibc').length}`,
    expected: 'not-found 4',
  },
  {
    name: 'a nameserver that is not there',
    args: ['cart.shop', ...from('silent')],
    code: 1,
    says: (it) => `${it.verdict} ${it.getaddrinfo.value?.result ?? 'unknown'}`,
    expected: 'not-found nothing',
  },
  {
    name: 'a policy that holds the pod',
    args: ['cart.shop', ...from('closed')],
    code: 1,
    says: (it) => it.verdict,
    expected: 'denied',
  },
]

function answerCase(lab: Lab, it: AnswerCase): Promise<Result> {
  return expectThat(group, it.name, `exit ${it.code}, ${it.expected}`, async () => {
    const ran = await hopscope(['resolve', ...it.args, '-o', 'json'], { kubeconfig: lab.kubeconfig })
    const answer = answerOf(ran)
    const got = answer === null ? 'no JSON' : it.says(answer)
    return {
      got: `exit ${ran.code}, ${got}`,
      passed: ran.code === it.code && got === it.expected,
      detail: ran.stderr + ran.stdout,
    }
  })
}

const refusals: readonly { readonly name: string; readonly args: readonly string[]; readonly says: RegExp }[] = [
  { name: 'an unknown pod', args: ['cart', ...from('plane')], says: /no Pod `plane`[\s\S]*`plain`/ },
  {
    name: 'a pod that does not run',
    args: ['cart', ...from('homeless')],
    says: /pod r-lookup\/homeless is not running: Pending/,
  },
  {
    name: 'no rights at all',
    args: ['cart.shop', '-n', RESOLVE_NAMESPACE, '--as', 'system:serviceaccount:default:nobody'],
    says: /no permission to see where a probe pod could run/,
  },
  {
    name: 'rights to read alone',
    args: ['cart.shop', ...from('plain'), '--as', 'hopscope'],
    says: new RegExp(
      [
        'No query could be sent: not allowed',
        "COMPUTED from the pod's spec",
        String.raw`search r-lookup\.svc\.cluster\.local`,
      ].join(String.raw`[\s\S]*`),
    ),
  },
]

const readRights = join(import.meta.dirname, '../../deploy/rbac-read.yaml')

function refusalCase(lab: Lab, it: (typeof refusals)[number]): Promise<Result> {
  return expectThat(group, it.name, 'exit 2, in words', async () => {
    const ran = await hopscope(['resolve', ...it.args], { kubeconfig: lab.kubeconfig })
    const said = it.says.test(ran.stderr + ran.stdout)
    return {
      got: `exit ${ran.code}, ${said ? 'in words' : 'other words'}`,
      passed: ran.code === 2 && said,
      detail: ran.stderr + ran.stdout,
    }
  })
}

/** Real programs, linked with each library, against what hopscope says they send. */
const captures: readonly { readonly pod: string; readonly libc: 'glibc' | 'musl'; readonly name: string }[] = [
  { pod: 'plain', libc: 'glibc', name: 'www.example.com' },
  { pod: 'plain', libc: 'musl', name: 'www.example.com' },
  { pod: 'two-dots', libc: 'glibc', name: 'kube-dns.kube-system.svc' },
  { pod: 'two-dots', libc: 'musl', name: 'kube-dns.kube-system.svc' },
  { pod: 'suffixed', libc: 'musl', name: 'cart' },
]

function captureCase(lab: Lab, { pod: name, libc, name: look }: (typeof captures)[number]): Promise<Result> {
  return expectThat(group, `what ${libc} sends for ${look} from ${name}`, 'as captured', async () => {
    const pod = (await pods(lab, RESOLVE_NAMESPACE, `app=${name}`))[0]
    if (pod === undefined) return { got: 'no pod', passed: false }
    const captured = await capture(lab, pod, [`/lookup-${libc}`, look, '1'])
    const ran = await hopscope(['resolve', look, ...from(name), '-o', 'json'], { kubeconfig: lab.kubeconfig })
    const told =
      answerOf(ran)
        ?.walks.find((walk) => walk.libc === libc)
        ?.queries.map((it) => `${it.type} ${it.name}`) ?? []
    const same = captured.length > 0 && captured.join() === told.join()
    return {
      got: same ? 'as captured' : `${told.length} told, ${captured.length} captured`,
      passed: same,
      detail: `captured\n${captured.join('\n')}\ntold\n${told.join('\n')}`,
    }
  })
}

/** Queries that leave a pod while `command` runs in it: `A name.`, in the order of sending. */
async function capture(lab: Lab, pod: RunningPod, command: readonly string[]): Promise<readonly string[]> {
  const place = await inPod(lab, pod)
  const watching = place.run(['timeout', '5', 'tcpdump', '-n', '-l', '-i', 'eth0', 'udp', 'and', 'dst', 'port', '53'], {
    timeoutMs: 8000,
  })
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await lab.kubectl(['-n', pod.namespace, 'exec', pod.name, '--', ...command]).catch(() => '')
  const { stdout } = await watching
  return [...stdout.matchAll(/ \d+\+ (?:\[\S+\] )?(A|AAAA)\? (\S+)/g)].map(([, type, name]) => `${type} ${name}`)
}

const silentUdp: readonly Rule[] = [
  { table: 'filter', chain: 'INPUT', rule: ['-p', 'udp', '-m', 'udp', '--dport', '53', '-j', 'DROP'] },
]

function disagreementCase(lab: Lab): Promise<Result> {
  return expectThat(group, 'servers that disagree', 'the silent one is named', async () => {
    const [silent] = await corednsPods(lab)
    if (silent === undefined) return { got: 'no CoreDNS pod', passed: false }
    const place = await inPod(lab, silent)
    await addRules(place, silentUdp)
    try {
      const ran = await hopscope(['resolve', 'cart.shop', ...from('plain'), '-o', 'json'], {
        kubeconfig: lab.kubeconfig,
      })
      const named =
        answerOf(ran)?.disagreements.some((it) => it.says.some((one) => one.servers.join() === silent.name)) === true
      return {
        got: named ? 'the silent one is named' : 'it is not',
        passed: named && ran.code === 1,
        detail: ran.stderr + ran.stdout,
      }
    } finally {
      await removeRules(place, silentUdp)
      await corednsServes(lab)
    }
  })
}

function answerOf(ran: Ran): Answer | null {
  try {
    return JSON.parse(ran.stdout) as Answer
  } catch {
    return null
  }
}
