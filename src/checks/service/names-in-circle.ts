import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { textOrder } from '../../model/text-order.ts'
import { count, full, some } from '../../phrases.ts'
import { nameWrong } from '../../relations/symptom.ts'
import { serviceSubject } from './words.ts'

/**
 * An ExternalName is a CNAME, and may name another Service. Round in a circle CoreDNS stops at the first name that it
 * had before (plugin/backend_lookup.go, DuplicateCNAME), and no address comes of it.
 */
export default check({
  code: 'SVC260',
  slug: 'service/names-in-circle',
  title: 'Services of type ExternalName name each other in a circle',
  fine: 'no ExternalName leads back to itself',
  severity: 'error',
  needs: ['services'],
  wants: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ services, clusterDns, scope }) {
    const external = services.filter((it) => it.type === 'ExternalName')
    if (external.length === 0) return notApplicable('no Service here is of type ExternalName')
    const domain = clusterDns.known ? clusterDns.value.domain : null
    const byKey = new Map(external.map((it) => [full(it), it]))
    const next = (it: Service): string | null => namedService(it, domain)
    const circles = external.flatMap((it) => circleOf(it, byKey, next) ?? [])
    // Each circle once: by its first Service.
    const found = circles.filter(
      (its) =>
        its[0] ===
        its
          .map(full)
          .toSorted(textOrder)
          .map((key) => byKey.get(key))[0],
    )
    if (found.length > 0) return found.map(verdict)
    const out = external.flatMap((it) => {
      const to = next(it)
      return to === null || scope.namespace === null || to.startsWith(`${scope.namespace}/`) ? [] : [to]
    })
    return out.length === 0
      ? ok(external.length)
      : cannotTell(
          'not-asked',
          `an ExternalName leads to Service ${some([...new Set(out)])}: Services of other namespaces were not read`,
          '-A',
        )
  },

  words: {
    headline: ({ subject: on, args }) =>
      args.circle.length === 1
        ? `ExternalName Service ${full(on)} names itself: it has no address.`
        : `ExternalName Services ${some(args.circle, 4)} name each other in a circle: none of them has an address.`,
    detail: ({ args }) => `${count(args.circle.length, 'Service')} · ${[...args.circle, args.circle[0]].join(' -> ')}`,
    note: () => 'whoever looks one of them up gets CNAMEs and no address, or SERVFAIL',
    help: ({ subject: on }) => [
      'let one of them name the host that is meant in the end, or make it a Service with a selector',
      `kubectl -n ${on.namespace} get services -o custom-columns=NAME:.metadata.name,TO:.spec.externalName`,
      `kubectl -n ${on.namespace} edit service ${on.name}`,
    ],
  },
})

/** `NAMESPACE/NAME` of the Service that an ExternalName names in full; null where it names a host outside. */
function namedService({ externalName }: Service, domain: string | null): string | null {
  const [name, namespace, svc, ...rest] = (externalName ?? '').toLowerCase().replace(/\.$/, '').split('.')
  const isHere = svc === 'svc' && rest.length > 0 && (domain === null || rest.join('.') === domain.toLowerCase())
  return isHere ? `${namespace}/${name}` : null
}

/** The circle that starts and ends here. */
function circleOf(
  start: Service,
  byKey: ReadonlyMap<string, Service>,
  next: (it: Service) => string | null,
): readonly (readonly Service[])[] | null {
  const way = [start]
  const seen = new Set(way)
  for (let at: Service | undefined = start; at !== undefined;) {
    const to: string | null = next(at)
    at = to === null ? undefined : byKey.get(to)
    if (at === start) return [way]
    if (at === undefined || seen.has(at)) return null
    seen.add(at)
    way.push(at)
  }
  return null
}

function verdict(circle: readonly Service[]) {
  const [first] = circle
  if (first === undefined) return ok(1)
  return finding({
    subject: serviceSubject(first),
    also: circle.map(serviceSubject),
    confidence: 'inferred',
    args: { circle: circle.map(full) },
    evidence: circle.slice(0, 6).map((it) => ({
      kind: 'fact' as const,
      label: `Service ${full(it)}`,
      value: `externalName: ${it.externalName}`,
    })),
    causes: circle.map(nameWrong),
  })
}
