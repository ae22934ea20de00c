import { corefileEdit } from './corefile-edit.ts'
import { dnsService } from './dns-service.ts'
import { enoughCoredns } from './enough-coredns.ts'
import { nodeLocalDns } from './node-local-dns.ts'
import { podDns } from './pod-dns.ts'
import { policyAllowDns } from './policy-allow-dns.ts'
import type { Remedy } from './remedy.ts'
import { replaceDnsPod } from './replace-dns-pod.ts'
import { resolverOptions } from './resolver-options.ts'
import { scaleCoredns } from './scale-coredns.ts'
import { serviceSelector } from './service-selector.ts'
import { weaveTc } from './weave-tc.ts'

/** Every remedy, the one to think of first before the others of its code. */
export const remedies: readonly Remedy[] = [
  nodeLocalDns,
  resolverOptions,
  weaveTc,
  enoughCoredns,
  replaceDnsPod,
  scaleCoredns,
  policyAllowDns,
  corefileEdit,
  podDns,
  dnsService,
  serviceSelector,
]

export function remediesFor(code: string): readonly Remedy[] {
  return remedies.filter((it) => it.codes.includes(code))
}
