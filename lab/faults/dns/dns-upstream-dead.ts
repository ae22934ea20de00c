// Seen: glibc 10 of 10 cluster names under 0.1 s; example.com failed after 4, 4 and 6 s (CoreDNS gives up with
// SERVFAIL), musl after 5.0 s twice.
import { UPSTREAM_DNS } from '../../plan.ts'
import { OUTSIDE_NAME } from '../../breaks/ask-dns.ts'
import { corednsPods } from '../../breaks/coredns.ts'
import type { Fault } from '../fault.ts'
import { addRules, removeRules, type Rule } from '../../breaks/firewall.ts'
import { knowing } from '../../breaks/outside-names.ts'
import { onNode } from '../../breaks/place.ts'
import { until } from '../../breaks/until.ts'

const RULES: readonly Rule[] = (['udp', 'tcp'] as const).map((protocol) => ({
  table: 'filter',
  chain: 'INPUT',
  rule: ['-p', protocol, '-m', protocol, '--dport', '53', '-j', 'DROP'],
}))

const fault: Fault = {
  name: 'dns-upstream-dead',
  kind: 'fault',
  breaks: 'the server that CoreDNS forwards to drops every query',
  symptom: 'names outside of the cluster fail after some seconds, names inside are fine',
  cause: { code: 'DNS108', subject: 'ConfigMap/kube-system/coredns' },
  reach: { kind: 'cluster' },
  diagnose: ['dns'],
  async inject(lab) {
    await addRules(onNode(lab, UPSTREAM_DNS.name), RULES)
    // CoreDNS answers from its cache for 30 s more.
    await until(
      'no CoreDNS pod knows an outside name',
      async () => (await knowing(lab, ['example.com', OUTSIDE_NAME])) === 0,
    )
  },
  async takeBack(lab) {
    await removeRules(onNode(lab, UPSTREAM_DNS.name), RULES)
    await until(
      'every CoreDNS pod knows the outside names',
      async () => (await knowing(lab, [OUTSIDE_NAME])) === (await corednsPods(lab)).length,
    )
  },
  async remove(lab) {
    await fault.takeBack(lab)
  },
}

export default fault
