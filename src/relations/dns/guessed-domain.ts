import type { ClusterDns } from '../../model/cluster-dns.ts'
import type { InsideView } from '../../model/inside.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import type { DnsProbe } from '../../model/lookups.ts'
import type { NameAnswers } from '../../model/name-answers.ts'
import type { Model } from '../../model/sources.ts'
import { parseCorefile } from '../../wire/corefile.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { kubernetesZones } from './corefile-text.ts'

const usual = 'cluster.local'

/**
 * The model as checks may read it: the domain is known from the Corefile alone, and where that was not read names are
 * asked below `cluster.local`. Where the search lists of pods then name another domain, those names are nobody's, and
 * that DNS denies them is as it should be: what was asked so is not known, and the domain is the pods'.
 */
export function withoutGuessedNames(model: Model): Model {
  const { clusterDns, dnsProbe, nameAnswers, insideViews } = model.sources
  if (clusterDns.known && saysDomain(clusterDns.value)) return model
  const guessed = clusterDns.known ? clusterDns.value.domain : usual
  const [domain, ...more] = domainsOf(nameAnswers, insideViews)
  if (domain === undefined || more.length > 0 || domain === guessed) return model
  const why = `names were asked below ${guessed}, for the Corefile was not read; pods' search lists say ${domain}`
  const isGuessed = (name: string): boolean => name.replace(/\.$/, '').endsWith(`.${guessed}`)
  return {
    ...model,
    sources: {
      ...model.sources,
      clusterDns: clusterDns.known ? known({ ...clusterDns.value, domain }) : clusterDns,
      dnsProbe: dnsProbe.known ? lookups(dnsProbe.value, isGuessed, why) : dnsProbe,
      nameAnswers: nameAnswers.known
        ? known({ ...nameAnswers.value, answers: nameAnswers.value.answers.filter((it) => !isGuessed(it.name)) })
        : nameAnswers,
      insideViews: insideViews.known ? known(insideViews.value.map((it) => inside(it, isGuessed, why))) : insideViews,
    },
  }
}

function saysDomain({ corefile }: ClusterDns): boolean {
  return corefile.known && kubernetesZones(parseCorefile(corefile.value)).length > 0
}

/** Of each search list that has the suffix of Services. */
function domainsOf(answers: Known<NameAnswers>, views: Known<readonly InsideView[]>): readonly string[] {
  const lists = [
    ...(answers.known ? answers.value.searches.map((it) => it.suffixes) : []),
    ...(views.known
      ? views.value.flatMap(({ resolvConf: it }) => (it.known ? [parseResolvConf(it.value).search] : []))
      : []),
  ]
  const domains = lists.flatMap((suffixes) => suffixes.flatMap((it) => /^svc\.(.+?)\.?$/.exec(it)?.[1] ?? []))
  return [...new Set(domains)]
}

function lookups(probe: DnsProbe, isGuessed: (name: string) => boolean, why: string): Known<DnsProbe> {
  const series = probe.series.filter((it) => !isGuessed(it.name))
  return series.length === 0 ? unknown('failed', why) : known({ ...probe, series })
}

function inside(view: InsideView, isGuessed: (name: string) => boolean, why: string): InsideView {
  if (!view.lookup.known || !isGuessed(view.lookup.value.name)) return view
  const { resolving } = view
  return {
    ...view,
    lookup: unknown('failed', why),
    // Each nameserver was asked for the same name.
    ...(resolving === undefined ? {} : { resolving: { ...resolving, servers: unknown('failed', why), names: [] } }),
  }
}
