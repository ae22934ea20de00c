import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { type Known, known } from '../../model/known.ts'
import type { Ingress, IngressController } from '../../model/ingress.ts'
import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Node } from '../../model/node.ts'
import type { Certificate, Contacts, HttpContact, HttpEnd, PageMaker } from '../../model/contacts.ts'
import type { OutsideAnswer } from '../../model/outside.ts'
import { endText, excuseOf, isBadEnd, isLedAway } from '../../relations/ingress/http-answers.ts'
import { requestsOf } from '../../relations/ingress/http-of-ingress.ts'
import { limitsOn } from '../../relations/ingress/limited.ts'
import { saidByLog } from '../../relations/ingress/said-by-log.ts'
import { backendsOf } from '../../relations/ingress/ingress-routes-to-service.ts'
import { proxyProtocolOf } from '../../relations/ingress/proxy-protocol.ts'
import { outsideFails, outsideLimited } from '../../relations/symptom.ts'
import { full, ms, quoted, some } from '../../phrases.ts'
import { ingressSubject } from './words.ts'

/** What is wrong outside, of a URL that the controllers themselves answer well. */
type Wrong = 'name' | 'silent' | 'error' | 'proxy-header' | 'other-answer' | 'certificate'

/**
 * The controllers' own pods are asked inside of every load balancer; users are not. Where both get the same, the load
 * balancer is ruled out; where only users get an error, it lies before the controllers.
 */
export default check({
  code: 'ING350',
  slug: 'ingress/outside-differs',
  title: 'a URL fails outside, and its controllers answer it',
  fine: 'outside, the URL is answered as its controllers answer it',
  severity: 'error',
  needs: ['ingresses'],
  wants: [
    'outside',
    'contacts',
    'dnsProbe',
    'networkPolicies',
    'namespaces',
    'pods',
    'nodes',
    'ingressControllers',
    'ingressConfigs',
  ],
  remedies: [],
  decides: ['LB-10', 'LB-11', 'LB-12', 'LB-16'],

  run({ outside: asked, ingresses, contacts, nodes, ingressControllers, ingressConfigs, ...seen }) {
    const { scope } = seen
    const { target } = scope
    if (target.kind !== 'object' || target.url === null) return notApplicable('no URL was asked about')
    if (!asked.known) return cannotTell(asked.why.reason, asked.why.detail, '--probe')
    const outside = asked.value
    const ingress = ingresses.find((it) => it.namespace === target.object.namespace && it.name === target.object.name)
    if (ingress === undefined || !contacts.known) return notApplicable('nothing was asked of a controller to compare')
    const excuse = excuseOf({ contacts: known(contacts.value), ...seen })
    const inside = requestsOf(contacts.value, ingress).filter((it) => it.basis === 'url' && excuse(it) === null)
    if (inside.length === 0) return notApplicable('nothing was asked of a controller to compare')
    // What fails inside as well has its cause there.
    if (inside.some(isBadEnd)) return ok(outside.answers.length, 'the controllers do not answer it well either')
    const expects = inside.map((it) => proxyProtocolOf(ingressConfigs, it.via.controllerPod).kind)
    const wrong = wrongOf(outside.lookupError, outside.answers, { inside, isPlain: expects.includes('not-wanted') })
    if (wrong === null) return ok(outside.answers.length)
    const bad = outside.answers.filter((it) => isWrong(it, wrong))
    const limits = limitsMet(bad, ingress, { ingressConfigs, inside })
    const isMild = wrong === 'name' || wrong === 'silent' || wrong === 'other-answer' || limits.length > 0
    return finding({
      subject: ingressSubject(ingress),
      confidence: 'observed',
      severity: isMild ? 'warning' : 'error',
      args: {
        wrong,
        url: target.url,
        host: URL.parse(target.url)?.hostname ?? '',
        bad: bad.length,
        of: outside.answers.length,
        lookup: outside.lookupError,
        outside: some([...new Set(bad.map(endText))]),
        inside: some([...new Set(inside.map(endText))]),
        asked: inside.length,
        isServed: inside.every((it) => it.status !== null && it.status < 400),
        lb: lbOf(bad),
        addresses: some([...new Set(bad.map((it) => `${it.ip}:${it.port}`))]),
        certificate: some([...new Set(bad.flatMap((it) => it.certificate?.subject ?? []))]),
        status: commonest(bad.flatMap((it) => it.status ?? [])),
        maker: bad.find((it) => it.page?.by !== undefined)?.page?.by ?? null,
        slowest: Math.max(0, ...bad.map((it) => it.ms)),
        slowestInside: Math.max(...inside.map((it) => it.ms)),
        slowestPod: slowestPodOf(contacts.value, ingress),
        limits,
        isNginx: isOfNginx(ingressConfigs),
        ...doorOf(bad, { nodes, ingressControllers }),
      },
      evidence: [
        {
          kind: 'shares',
          label: 'the same URL, asked at both ends',
          rows: [
            ...[...Map.groupBy(outside.answers, (it) => `${it.ip}:${it.port}`)].map(([at, its]) =>
              row(`this machine, by ${at}`, its, (it) => isWrong(it, wrong)),
            ),
            ...[...Map.groupBy(inside, (it) => it.via.controllerPod)].map(([pod, its]) =>
              row(`probe pods, by controller ${pod}`, its, isBadEnd),
            ),
          ],
        },
      ],
      symptoms: [outsideFails(ingress), ...(limits.length > 0 ? [outsideLimited(ingress)] : [])],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `${args.url} of Ingress ${full(on)} ${headlines[args.wrong](args)}, ` +
      `and its controllers answer it ${howWell(args)}.`,
    detail: ({ args }) =>
      (args.wrong === 'name'
        ? `lookup on this machine: ${args.lookup}`
        : `${args.bad} of ${args.of} outside: ${args.outside}`) +
      ` · ${args.asked} asked of controllers: ${args.inside}`,
    note: ({ args }) => (isSlow(args.slowestInside) ? `${noteOf(args)}; ${slowNote(args)}` : noteOf(args)),
    help: ({ args }) => [
      helpOf(args),
      ...(args.wrong === 'name'
        ? [`dig ${quoted(args.host)}`]
        : [`curl -sv -o /dev/null ${connectTo(args.lb)}${quoted(args.url)}`]),
      args.front === ''
        ? 'kubectl get services -A --field-selector spec.type=LoadBalancer -o wide'
        : `kubectl -n ${args.home} get service,endpointslices -o wide`,
    ],
  },
})

/** Nobody calls it well to wait so long for an answer; pages that take one or two seconds are nothing unusual. */
const slowMs = 3000

function isSlow(slowest: number): boolean {
  return slowest >= slowMs
}

/** A 404 is an answer, and nobody is served by it. */
function howWell({
  slowestInside,
  isServed,
  inside,
}: Pick<Noted, 'slowestInside' | 'isServed'> & Pick<Told, 'inside'>) {
  if (!isServed) return inside
  return isSlow(slowestInside) ? `only after up to ${ms(slowestInside)}` : 'well'
}

function slowNote({ slowestPod }: { readonly slowestPod: number | null }): string {
  if (slowestPod === null) return 'whoever asks the controllers waits: their log says for which endpoint'
  return isSlow(slowestPod)
    ? `whoever asks waits: the pods themselves take up to ${ms(slowestPod)}`
    : `whoever asks the controllers waits, and its pods answer within ${ms(slowestPod)} when asked directly: ` +
        'the controllers cannot reach one of them at once, and their log says which'
}

/** Of the pods behind the Ingress, asked past the controllers. */
function slowestPodOf({ direct = [] }: Contacts, ingress: Ingress): number | null {
  const services = new Set(backendsOf(ingress).flatMap((it) => it.backend.service ?? []))
  const its = direct.filter((it) => it.service.namespace === ingress.namespace && services.has(it.service.name))
  return its.length === 0 ? null : Math.max(...its.map((it) => it.ms))
}

interface Told {
  readonly outside: string
  readonly inside: string
  readonly addresses: string
  readonly host: string
  readonly certificate: string
  readonly maker: PageMaker | null
  readonly bad: number
  readonly of: number
}

const headlines: Readonly<Record<Wrong, (args: Told) => string>> = {
  name: ({ host }) => `can't be asked from here: ${host} is not found`,
  silent: ({ addresses }) => `is not reached from this machine at ${addresses}`,
  error: ({ outside, maker, bad, of }) =>
    `is answered ${outside}${maker === null ? '' : ` by ${makers[maker]}`}` +
    `${bad < of ? ` in ${bad} of ${of} requests` : ''} outside`,
  'proxy-header': ({ outside }) => `is answered ${outside} outside`,
  'other-answer': ({ outside }) => `is answered ${outside} outside`,
  certificate: ({ certificate }) => `shows outside a certificate that does not fit (${certificate})`,
}

/** Whose address was asked: a Service's that was read, by a node's port or by its own address; or somebody else's. */
type Door = 'node-port' | 'service-address' | 'unknown'

interface Doors {
  readonly nodes: Known<readonly Node[]>
  readonly ingressControllers: Known<readonly IngressController[]>
}

function doorOf(
  bad: readonly OutsideAnswer[],
  { nodes, ingressControllers }: Doors,
): { readonly door: Door; readonly front: string; readonly home: string } {
  const fronts = ingressControllers.known ? ingressControllers.value.flatMap((it) => it.fronts ?? []) : []
  const isNode = (ip: string): boolean => nodes.known && nodes.value.some((it) => it.ip === ip)
  for (const { ip, port } of bad) {
    const byPort = fronts.find((it) => it.ports.some(({ nodePort }) => nodePort === port))
    if (byPort !== undefined && isNode(ip)) return { door: 'node-port', front: full(byPort), home: byPort.namespace }
    const own = fronts.find((it) => it.addresses.includes(ip))
    if (own !== undefined) return { door: 'service-address', front: full(own), home: own.namespace }
  }
  return { door: 'unknown', front: '', home: '' }
}

const doors: Readonly<Record<Door, (front: string) => string>> = {
  'node-port': (front) =>
    `that is a NodePort of Service ${front}, so that no load balancer has a part in it: what is left is that ` +
    'Service, ' +
    'its endpoints, kube-proxy on that node, or a firewall before the node',
  'service-address': (front) =>
    `that is an address of Service ${front}: its load balancer, a firewall before it, or its health checks; ` +
    'what reaches the controllers is answered',
  unknown: () =>
    'no Service that was read has that address: a load balancer, a firewall before it, or its health checks; ' +
    'what reaches the controllers is answered',
}

const helpAtNodePort =
  'see whether that Service has endpoints, and whether this machine may reach the port of that node'

/**
 * Limits of the Ingress by which its controllers refuse this machine: what comes from one address in quick succession
 * meets them, and that is their purpose. By the controllers' own log, or by a page that only nginx writes.
 */
function limitsMet(
  bad: readonly OutsideAnswer[],
  ingress: Ingress,
  {
    ingressConfigs,
    inside,
  }: { readonly ingressConfigs: Known<IngressConfigs>; readonly inside: readonly HttpContact[] },
): readonly string[] {
  if (bad.length === 0 || !bad.every((it) => it.status === 503 || it.status === 429)) return []
  const controllers = [...new Set(inside.map((it) => it.via.controllerPod))]
  const said = saidByLog(ingressConfigs, { host: inside[0]?.host ?? '', controllers })
  const isNginx = bad.every((it) => it.page?.by === 'nginx')
  const isLimit = said === null ? isNginx : said.trouble === 'limited'
  return isLimit ? limitsOn(ingress).map((it) => it.replace(/^.*\//, '')) : []
}

function isOfNginx(configs: Known<IngressConfigs>): boolean {
  return configs.known && configs.value.controllers.length > 0
}

function helpOf(args: Noted): string {
  if (args.limits.length > 0)
    return 'see whether users meet the limit: all that come by one address (a NAT, a load balancer) count as one'
  if (args.wrong === 'silent' && args.door === 'node-port') return helpAtNodePort
  if (args.wrong === 'error' && args.door === 'node-port')
    return "read the controllers' log of that time: what they say themselves is a limit, a rule, or no endpoint"
  return helps[args.wrong]
}

const makers: Readonly<Record<PageMaker, string>> = {
  haproxy: 'HAProxy',
  nginx: 'nginx',
  envoy: 'Envoy',
  aws: "AWS's load balancer",
  cloudflare: 'Cloudflare',
  google: "Google's load balancer",
  azure: "Azure's Application Gateway",
  varnish: 'Varnish',
}

interface Noted {
  readonly wrong: Wrong
  readonly door: Door
  readonly front: string
  readonly status: number | null
  readonly slowest: number
  readonly slowestInside: number
  readonly isServed: boolean
  readonly bad: number
  readonly of: number
  readonly maker: PageMaker | null
  readonly limits: readonly string[]
  readonly isNginx: boolean
}

function noteOf(args: Noted): string {
  if (args.limits.length > 0)
    return (
      `${some(args.limits)} of the Ingress refuses what comes too fast from one address, and these requests did: ` +
      'that is its purpose, and no load balancer has a part in it'
    )
  if (args.wrong === 'name') return `${notes.name}${args.isServed ? '; the cluster serves it all the same' : ''}`
  if (args.wrong === 'silent') return doors[args.door](args.front)
  if (args.wrong !== 'error') return notes[args.wrong]
  const now = args.bad < args.of ? ', for some of its targets: the requests that are well went to others' : ''
  if (args.status === 504 && args.slowestInside > args.slowest)
    return (
      `it gives up after ${ms(args.slowest)}, and inside the slowest answer takes ${ms(args.slowestInside)}: ` +
      'its timeout is shorter than the application takes'
    )
  if (args.door === 'node-port') return `${atNodePort(args.front)}; ${theirOwn}`
  const mayBeTheirs = args.maker === 'nginx' && args.isNginx ? `; or ${ofNginx}` : ''
  return `${byStatus[args.status ?? 0] ?? notes.error}${now}${mayBeTheirs}`
}

const atNodePort = (front: string): string =>
  `that is a NodePort of Service ${front}, so that no load balancer has a part in it`
const ofNginx = 'the controllers say it themselves, which are nginx as the page is: their log tells'
const theirOwn = 'the controllers answered the probe pods, and not this machine or not each time: their log says why'

/** As load balancers and proxies use them for what is behind them. */
const byStatus: Readonly<Record<number, string>> = {
  502: 'what stands before the controllers got no HTTP from them: TLS on a plain port, or the PROXY protocol',
  503: 'what stands before the controllers has no target that it takes for healthy, or cannot connect to it',
  504: 'what stands before the controllers gave up waiting, or does not get through to a target',
}

const notes: Readonly<Record<Exclude<Wrong, 'silent'>, string>> = {
  name: 'the name is not in the DNS that this machine asks, or not yet',
  error:
    'what stands before the controllers says this itself: a load balancer, a CDN, or a proxy without a healthy target',
  'proxy-header':
    'a controller that expects plain HTTP takes the header of the PROXY protocol for a bad request: what stands ' +
    'before it speaks that protocol, and it is not told so',
  'other-answer':
    'somebody else answers there: DNS leads to another load balancer, or that one routes this host elsewhere',
  certificate: 'TLS ends before the controllers: the certificate of the load balancer is the one that users see',
}

const helps: Readonly<Record<Wrong, string>> = {
  name: 'add the record, or ask the load balancer directly: --lb ADDRESS',
  silent:
    "see whether this machine should get there at all, then the load balancer's listeners, health checks and firewall",
  error: "read the load balancer's own log and its health checks; its targets are the controllers' node ports or pods",
  'proxy-header':
    'turn the PROXY protocol off at the load balancer, or on at the controller (use-proxy-protocol in its ConfigMap)',
  'other-answer': 'compare where DNS leads with the address in the status of the Ingress or of the controllers Service',
  certificate: 'set the certificate of the load balancer, or let it pass TLS through',
}

function wrongOf(
  lookupError: string | null,
  answers: readonly OutsideAnswer[],
  { inside, isPlain }: { readonly inside: readonly HttpEnd[]; readonly isPlain: boolean },
): Wrong | null {
  if (lookupError !== null) return 'name'
  const order = ['error', 'certificate', 'proxy-header', 'silent', 'other-answer'] as const
  const good = new Set(inside.map((it) => group(it.status)))
  // What the controllers show themselves is ING306's.
  const ownFits = inside.every((it) => it.certificate === undefined || fits(it.certificate))
  const counts: Readonly<Record<(typeof order)[number], boolean>> = {
    error: true,
    // The header of PROXY before a request is no request: each one is answered 400, by nginx in its own name.
    'proxy-header': isPlain && !good.has(4) && answers.every((it) => it.status === 400 || it.status === null),
    certificate: ownFits,
    silent: true,
    'other-answer': !good.has(4) && (!good.has(3) || answers.some((it) => group(it.status) === 4)),
  }
  return order.find((wrong) => counts[wrong] && answers.some((it) => isWrong(it, wrong))) ?? null
}

function fits({ covers, validity }: Certificate): boolean {
  return covers && validity === 'now'
}

function isWrong(it: OutsideAnswer, wrong: Wrong): boolean {
  if (wrong === 'silent') return it.status === null
  if (wrong === 'error') return it.status !== null && isBadEnd(it)
  if (wrong === 'proxy-header') return it.status === 400
  if (wrong === 'certificate') return it.certificate !== undefined && !fits(it.certificate)
  return wrong === 'other-answer' && (group(it.status) === 4 || isLedAway(it))
}

/** `--lb` of ours, in curl's words. */
function connectTo(lb: string | null): string {
  return lb === null ? '' : `--connect-to ${quoted(`::${lb}`)} `
}

/** The address that the user named. */
function lbOf(bad: readonly OutsideAnswer[]): string | null {
  return (
    bad.flatMap((it) => (it.by === 'lb' ? [`${it.ip.includes(':') ? `[${it.ip}]` : it.ip}:${it.port}`] : []))[0] ?? null
  )
}

function commonest(statuses: readonly number[]): number | null {
  const counts = [...Map.groupBy(statuses, (it) => it).values()].toSorted((a, b) => b.length - a.length)
  return counts[0]?.[0] ?? null
}

function group(status: number | null): number | null {
  return status === null ? null : Math.floor(status / 100)
}

function row<T extends HttpEnd>(where: string, its: readonly T[], isBad: (it: T) => boolean) {
  return {
    where,
    bad: its.filter(isBad).length,
    of: its.length,
    note: some([...new Set(its.map(endText))]),
  }
}
