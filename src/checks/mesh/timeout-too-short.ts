import { check } from '../../findings/check.ts'
import { finding, notApplicable, ok, type Verdict } from '../../findings/verdict.ts'
import type { MeshTimeout, VirtualService } from '../../model/mesh.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { full, ms, some } from '../../phrases.ts'
import { meshHosts } from '../../relations/mesh/mesh-hosts.ts'
import { noneHere } from '../../relations/mesh/mesh-kinds.ts'
import { isOfTcpAlone } from '../../relations/mesh/port-protocol.ts'
import { nextToNoSeconds, shortTime, slowestAnswer } from '../../relations/service/answer-times.ts'
import { objectLines } from './mesh-words.ts'

/**
 * `timeout: 0.005s` where 5 s was meant: what takes longer is a 504 with the flag UT (networking/v1
 * virtual_service.proto, HTTPRoute). `retries.perTryTimeout` does the same to each try.
 */
export default check({
  code: 'MSH816',
  slug: 'mesh/timeout-too-short',
  title: 'a VirtualService gives requests next to no time',
  fine: 'VirtualServices with a timeout give more time than a slip of the unit does',
  severity: 'warning',
  needs: ['mesh'],
  wants: ['services', 'clusterDns', 'contacts'],
  remedies: [],
  decides: [],

  run({ mesh, services, clusterDns, contacts, scope }) {
    const { virtualServices } = mesh
    if (virtualServices.length === 0) return noneHere(mesh, ['VirtualService'], 'no VirtualService is here')
    const timed = virtualServices.filter((it) => it.timeouts !== undefined)
    if (timed.length === 0) return notApplicable('no VirtualService here has a timeout')
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    const hostOf = meshHosts({ mesh, services: services.known ? services.value : [], scope, domain })
    return timed.map((it): Verdict<Short> => {
      const shortest = (it.timeouts ?? []).toSorted((a, b) => a.seconds - b.seconds)[0]
      if (shortest === undefined || shortest.seconds >= nextToNoSeconds) return ok(1)
      const behind = it.destinations
        .filter(({ path }) => path.startsWith(`${ruleOf(shortest)}.route`))
        .flatMap(({ host }) => {
          const at = hostOf(host, it.namespace)
          return at.is === 'service' ? [at.service] : []
        })
      // Where sidecars see no HTTP the rule is never asked: MSH811 says so.
      if (behind.length > 0 && behind.every(isOfTcpAlone) && it.gateways.every((one) => one === 'mesh')) return ok(1)
      const takes = slowestAnswer(contacts, behind)
      return takes !== null && takes < shortest.seconds ? ok(1) : verdict(it, { shortest, behind, takes })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `VirtualService ${full(on)} gives ` +
      `${args.of === 'all' ? 'every request' : 'the requests that its rule matches'} ` +
      `for ${some(args.hosts, 2)} ${shortTime(args.seconds)}` +
      (args.takes === null ? ': hardly any program answers in that.' : `, and its pods take ${ms(1000 * args.takes)}.`),
    detail: ({ args }) =>
      `${args.path} · ` + (args.takes === null ? 'its pods were not asked how long they take' : 'asked directly'),
    note: () => "what takes longer is a 504 of the caller's proxy, with the flag UT in its access log",
    help: ({ subject: on, args }) => [
      'give it seconds: `s` may have been meant for `ms`',
      `kubectl -n ${on.namespace} edit virtualservices.networking.istio.io ${on.name}   # ${args.path}`,
    ],
  },
})

type Short = {
  readonly seconds: number
  readonly of: MeshTimeout['of']
  readonly path: string
  readonly hosts: readonly string[]
  /** Seconds; null where its pods were not asked. */
  readonly takes: number | null
}

/** `spec.http[0]` of `spec.http[0].retries.perTryTimeout`. */
function ruleOf({ path }: MeshTimeout): string {
  return path.slice(0, path.indexOf(']') + 1)
}

interface Judged {
  readonly shortest: MeshTimeout
  readonly behind: readonly Service[]
  readonly takes: number | null
}

function verdict({ namespace, name, hosts }: VirtualService, { shortest, behind, takes }: Judged): Verdict<Short> {
  const { seconds, of, path } = shortest
  const on = subject('VirtualService', namespace, name)
  const field = path.slice(path.lastIndexOf('.') + 1)
  return finding({
    subject: on,
    also: behind.map((it) => subject('Service', it.namespace, it.name)),
    confidence: takes === null ? 'possible' : 'inferred',
    args: { seconds, of, path, hosts, takes },
    evidence: [objectLines(on, { path, lines: [`${field}: ${seconds}s`], mark: `${field}:`, label: 'then 504' })],
  })
}
