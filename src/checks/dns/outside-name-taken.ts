import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { Service } from '../../model/service.ts'
import { subject } from '../../model/subject.ts'
import { count, full, some } from '../../phrases.ts'
import { askedDomains, isAskedEverywhere, isOldestDomain } from '../../relations/dns/public-names.ts'
import { ownAddress } from '../../relations/service/service-endpoints.ts'
import { outsideNameTaken } from '../../relations/symptom.ts'
import { bareName } from '../../wire/dns-name.ts'

/**
 * `github.com` has one dot, and ndots is 5: each pod that asks the cluster's DNS tries
 * `github.com.svc.cluster.local` first, and that is Service `github` of a namespace `com`. Nobody in the cluster comes
 * to the real one.
 */
export default check({
  code: 'DNS193',
  slug: 'dns/outside-name-taken',
  title: 'a Service has the name of a domain of the internet',
  fine: 'no Service that was read has a name that programs ask the internet for',
  severity: 'warning',
  needs: ['services'],
  wants: ['namespaces', 'clusterDns'],
  remedies: [],
  decides: [],

  run({ services, namespaces, clusterDns, scope }) {
    const domain = clusterDns.known ? clusterDns.value.domain : 'cluster.local'
    if (services.length === 0) return notApplicable('no Service here')
    const found = [...Map.groupBy(services.filter(takesOutsideName), (it) => it.namespace)].map(([namespace, its]) =>
      verdict(namespace, its, domain),
    )
    const unread = (namespaces.known ? namespaces.value : [])
      .map((it) => it.name)
      .filter((it) => scope.namespace !== null && it !== scope.namespace)
    const oldest = unread.filter(isOldestDomain)
    if (oldest.length > 0)
      return [
        ...found,
        cannotTell('not-asked', `namespace ${some(oldest)} is called like a domain: its Services were not read`, '-A'),
      ]
    const others = unread.filter((it) => askedDomains.has(it))
    const note = others.length === 0 ? null : `without those of namespace ${some(others)}`
    return found.length > 0 ? found : ok(services.length, note)
  },

  words: {
    headline: ({ subject: on, args }) =>
      `Pods that ask for ${some(args.names)} get ${args.names.length === 1 ? 'a Service' : 'Services'} of ` +
      `namespace ${on.name}: the names of the internet are taken.`,
    detail: ({ subject: on, args }) =>
      `${count(args.names.length, 'Service')} in namespace ${on.name}, a domain of the internet · ` +
      `${args.names[0]} is tried as ${args.names[0]}.svc.${args.domain} first`,
    note: () =>
      'with ndots:5 a name of fewer dots is tried below each suffix of the search list before it is tried as it ' +
      'is; a last dot, or ndots:1, helps one program',
    help: ({ subject: on, args }) => [
      'move the Services to a namespace that is no domain of the internet, or give them names that are none there',
      `kubectl -n ${on.name} get services`,
      `hopscope resolve ${args.names[0]}`,
    ],
  },
})

/** An alias of the very name leads to where it would have led. */
function takesOutsideName({ namespace, name, type, externalName }: Service): boolean {
  const taken = nameOf({ namespace, name })
  if (!isOldestDomain(namespace) && !isAskedEverywhere(taken)) return false
  return type !== 'ExternalName' || bareName(externalName ?? '') !== taken
}

function nameOf({ namespace, name }: Pick<Service, 'namespace' | 'name'>): string {
  return `${name}.${namespace}`
}

function verdict(namespace: string, services: readonly Service[], domain: string) {
  // What programs are known to ask for comes first.
  const its = [
    ...services.filter((it) => isAskedEverywhere(nameOf(it))),
    ...services.filter((it) => !isAskedEverywhere(nameOf(it))),
  ]
  const asked = its.map(nameOf).filter(isAskedEverywhere)
  return finding({
    subject: subject('Namespace', null, namespace),
    also: its.map((it) => subject('Service', it.namespace, it.name)),
    confidence: 'inferred',
    // `net` and `org` may be words of somebody's own, and who knows whether a pod asks for `web.org`.
    severity: asked.length > 0 || namespace === 'com' ? 'warning' : 'info',
    args: { names: its.map(nameOf), asked, domain },
    causes: its.map(outsideNameTaken),
    evidence: its.slice(0, 4).map((it) => ({
      kind: 'fact' as const,
      label: nameOf(it),
      value: `Service ${full(it)}, ${ownAddress(it) ?? it.externalName ?? 'headless'}`,
    })),
  })
}
