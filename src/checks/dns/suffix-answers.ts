import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { NameAnswer, NameAnswers, SearchList } from '../../model/name-answers.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { dnsServerSubject } from '../../relations/dns/dns-servers.ts'

/**
 * With `ndots:5` an outside name is tried below every suffix of the search list first. Where a suffix answers it (a
 * wildcard of its zone, a namespace of the name `com`), the program is led there, and the real name is never asked.
 */
export default check({
  code: 'DNS166',
  slug: 'dns/suffix-answers',
  title: 'a suffix of the search list answers names that are not its own',
  fine: 'no suffix of the search list answers names that are not its own',
  severity: 'error',
  needs: ['nameAnswers', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ nameAnswers, clusterDns }) {
    const nodes = [
      ...new Set(
        nameAnswers.answers
          .filter((it) => it.reason.kind === 'outside' || it.reason.kind === 'random')
          .map((it) => it.node),
      ),
    ]
    const ways = nameAnswers.answers.filter((it) => it.reason.kind === 'way' && it.answer === 'ok').map(wayWon)
    if (nodes.length === 0 && ways.length === 0) return notApplicable('no name was asked for below a suffix')
    const found = nodes.map((node) => judge(nameAnswers, node))
    const everywhere = found.length > 1 && found.every((it) => it.kind === 'finding')
    const [first] = found
    // One zone that answers everything is one fault, from however many nodes it is seen.
    const its =
      everywhere && first?.kind === 'finding'
        ? [{ ...first, found: { ...first.found, subject: dnsServerSubject(clusterDns) } }]
        : found
    return [...its, ...uniqueBySubject(ways)]
  },

  words: {
    headline: ({ args }) =>
      `${args.typed} is answered by ${args.name} with ${args.says.join(', ')}, ` +
      `and by itself it is ${itselfText(args)}: suffix ${args.suffix} takes names that are not its own.`,
    detail: ({ args }) =>
      `${args.name} · ${args.says.join(', ')} · without the suffix: ${itselfText(args)} · ${wins[args.wins]}`,
    note: () =>
      'with ndots:5 a name of fewer dots is tried below each suffix of the search list before it is tried as ' +
      'it is, and the first that exists wins',
    help: ({ args }) => [
      `take suffix ${args.suffix} out of the search list (of the node's resolv.conf, or dnsConfig), ` +
        'or the wildcard out of its zone; a last dot, or ndots:1, helps one program',
      `hopscope resolve ${args.typed}`,
    ],
  },
})

type Won = {
  readonly typed: string
  readonly name: string
  readonly suffix: string
  /** The addresses that the name with the suffix is answered with. */
  readonly says: readonly string[]
  /** What the name as typed is answered with, or the error; null where it was not asked. */
  readonly itself: string | null
  /** The Service that was meant. */
  readonly service: string | null
  readonly wins: 'any-label' | 'this-name' | 'before-service'
}

const wins: Readonly<Record<Won['wins'], string>> = {
  'any-label': 'a label that does not exist is answered as well: a wildcard',
  'this-name': 'a label that does not exist is denied: only this name is there',
  'before-service': 'tried before the Service',
}

function itselfText({ itself, service }: Won): string {
  return service === null ? (itself ?? 'nothing') : `Service ${service}`
}

function judge(given: NameAnswers, node: string): Verdict<Won> {
  const here = given.answers.filter((it) => it.node === node)
  const list = given.searches.find((it) => it.node === node)
  const asked = here.filter((it) => it.reason.kind === 'outside' && it.reason.suffix !== null)
  const won = asked.filter((it) => it.answer === 'ok' && isTried(it, list))
  const [first] = won.filter((it) => differs(it, itself(it, here)))
  const random = here.find((it) => it.reason.kind === 'random' && it.answer === 'ok')
  if (first !== undefined) return found(first, itself(first, here), here)
  if (random !== undefined) return found(random, null, here)
  const silent = here.filter((it) => it.answer === 'timeout' || it.answer === 'unreachable').length
  if (asked.length === 0 || silent > asked.length / 2)
    return cannotTell('too-few', `on ${node} names below the suffixes got no answer`)
  return ok(asked.length)
}

/** Without the pod's own list, the default of Kubernetes: ndots:5. */
function isTried({ reason }: NameAnswer, list: SearchList | undefined): boolean {
  return reason.kind === 'outside' && reason.typed.split('.').length - 1 < (list?.ndots ?? 5)
}

function itself({ reason }: NameAnswer, here: readonly NameAnswer[]): NameAnswer | null {
  return (
    here.find(
      (it) =>
        reason.kind === 'outside' &&
        it.reason.kind === 'outside' &&
        it.reason.typed === reason.typed &&
        it.reason.suffix === null,
    ) ?? null
  )
}

/** Big names answer in rotation: one address in common is the same place. */
function differs(won: NameAnswer, own: NameAnswer | null): boolean {
  return own === null || !won.addresses.some((ip) => own.addresses.includes(ip))
}

function saidOf({ answer, addresses, rcode }: NameAnswer): string {
  return answer === 'ok' ? addresses.join(', ') : (rcode ?? answer)
}

function found(won: NameAnswer, own: NameAnswer | null, here: readonly NameAnswer[]): Verdict<Won> {
  const suffix = 'suffix' in won.reason ? (won.reason.suffix ?? '') : ''
  const all = here.some((it) => it.reason.kind === 'random' && it.reason.suffix === suffix && it.answer === 'ok')
  const name = won.name.replace(/\.$/, '')
  return finding({
    subject: subject('Node', null, won.node),
    confidence: 'observed',
    // Without a better answer of its own nobody is led astray: a resolver that answers everything is seldom meant.
    severity: own?.answer === 'ok' ? 'error' : 'warning',
    args: {
      typed: won.reason.kind === 'outside' ? won.reason.typed : name.slice(0, -suffix.length - 1),
      name,
      suffix,
      says: won.addresses,
      itself: own === null ? null : saidOf(own),
      service: null,
      wins: all ? 'any-label' : 'this-name',
    },
    evidence: [
      { kind: 'fact', label: name, value: won.addresses.join(', ') },
      {
        kind: 'fact',
        label: 'as it was typed',
        value: own === null ? 'not asked' : saidOf(own),
      },
    ],
  })
}

/** `cart.shop` in a pod of shop must not be found before cart.shop.svc. */
function wayWon(it: NameAnswer): { readonly on: Subject; readonly verdict: Verdict<Won> } {
  const { reason } = it
  const service = reason.kind === 'way' ? reason.service : { namespace: '', name: '' }
  const on = subject('Service', service.namespace, service.name)
  const name = it.name.replace(/\.$/, '')
  const typed = reason.kind === 'way' ? reason.typed : name
  return {
    on,
    verdict: finding({
      subject: on,
      confidence: 'observed',
      args: {
        typed,
        name,
        suffix: reason.kind === 'way' ? reason.suffix : '',
        says: it.addresses,
        itself: null,
        service: `${service.namespace}/${service.name}`,
        wins: 'before-service',
      },
      evidence: [{ kind: 'fact', label: name, value: it.addresses.join(', ') }],
    }),
  }
}

function uniqueBySubject(ways: readonly { readonly on: Subject; readonly verdict: Verdict<Won> }[]) {
  return [...new Map(ways.map((it) => [`${it.on.namespace}/${it.on.name}`, it.verdict])).values()]
}
