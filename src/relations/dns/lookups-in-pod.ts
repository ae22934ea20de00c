import type { InsideView } from '../../model/inside.ts'
import { isIp } from '../../wire/ip-family.ts'
import { parseResolvConf } from '../../wire/resolv-conf.ts'
import { muslDenied, searchedInPod } from '../symptom.ts'

/**
 * What may be why this pod gets no address for a name, or gets it late, by its own files: the name goes through the
 * search list, where it has fewer dots than `ndots` and no dot at its end (resolv.conf(5)), and each suffix is asked
 * before the name itself; and musl takes "no such name" to one of the two questions for the whole name. `host` null: it
 * is not known which name.
 */
export function lookupKeys(views: readonly InsideView[], host: string | null): readonly string[] {
  if (host !== null && isIp(host)) return []
  return [
    ...new Set(
      views.flatMap((view) => [
        ...(view.libc === 'musl' ? [muslDenied(host)] : []),
        ...(isSearched(view, host) ? [searchedInPod({ namespace: view.namespace, name: view.pod })] : []),
      ]),
    ),
  ]
}

/** The same of a Service's name: what is no full one is found by a suffix of the cluster, before any other is asked. */
export function serviceLookupKeys(view: InsideView, typed: string): readonly string[] {
  const isFull = /\.svc\../.test(typed)
  return lookupKeys([view], typed).filter((it) => isFull || it.startsWith(muslDenied(typed)))
}

function isSearched({ resolvConf }: InsideView, host: string | null): boolean {
  if (!resolvConf.known || host?.endsWith('.') === true) return false
  const { ndots, search } = parseResolvConf(resolvConf.value)
  return search.length > 0 && (host === null || host.split('.').length - 1 < ndots)
}
