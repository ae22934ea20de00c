import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import { subject } from '../../model/subject.ts'
import { count } from '../../phrases.ts'
import { corefileObject } from '../../relations/dns/corefile-text.ts'
import { dnsServerCrash, dnsServersDown } from '../../relations/symptom.ts'
import { bySelector, restart, serverArgs } from './server-words.ts'

/**
 * What AKS, k3s and others import from `coredns-custom` becomes part of the Corefile, and is held to its rules: most
 * plugins may stand once in a block, and a zone has one block. Servers that run go on with what they have; the next
 * that starts ends at once.
 */
export default check({
  code: 'DNS214',
  slug: 'dns/custom-refused',
  title: 'CoreDNS refuses what coredns-custom adds to its Corefile',
  fine: 'what coredns-custom adds to the Corefile is nothing that CoreDNS refuses',
  severity: 'error',
  needs: ['clusterDns'],
  remedies: [],
  decides: [],

  run({ clusterDns }) {
    const { custom, corefile, pods } = clusterDns
    if (!corefile.known) return cannotTell(corefile.why.reason, `the Corefile was not read: ${corefile.why.detail}`)
    if (custom === undefined || !custom.known || custom.value.keys.length === 0)
      return notApplicable('there is no ConfigMap coredns-custom, or it was not read')
    const { refused = [], doubts = [], configMap, keys } = custom.value
    const [first] = refused
    const [doubt] = doubts
    if (first === undefined)
      return doubt === undefined ? ok(keys.length) : cannotTell('ambiguous', `of what coredns-custom adds: ${doubt}`)
    const down = pods.filter((it) => !it.ready && !it.deleting).length
    const { namespace } = corefileObject(clusterDns)
    return finding({
      subject: subject('ConfigMap', namespace, configMap),
      also: [corefileObject(clusterDns)],
      confidence: 'inferred',
      severity: down > 0 ? 'error' : 'warning',
      args: {
        ...serverArgs(clusterDns),
        key: first.key,
        line: first.line,
        text: first.text,
        more: refused.length - 1,
        down,
        of: pods.length,
      },
      evidence: refused.slice(0, 4).map((it) => ({
        kind: 'fact' as const,
        label: `${it.key}, line ${it.line}`,
        value: it.text,
      })),
      causes: [dnsServerCrash, dnsServersDown],
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `CoreDNS does not start with key ${args.key} of ConfigMap ${on.name}: ${args.text}.`,
    detail: ({ args }) =>
      `${args.key} line ${args.line}` +
      (args.more === 0 ? '' : ` · ${count(args.more, 'more line')} that it refuses`) +
      ` · ${args.down} of ${count(args.of, 'DNS server')} not ready`,
    note: ({ args }) =>
      args.down > 0
        ? 'a server that starts with this text ends at once; those that still run keep the old one'
        : 'the servers that run keep the text that they started with; one that restarts, or is moved to another ' +
          'node, crashes',
    help: ({ subject: on, args }) => [
      'put its lines into the plugin or the block that is there already, or take the key out',
      `kubectl -n ${on.namespace} edit configmap ${on.name}`,
      `kubectl -n ${on.namespace} logs ${bySelector(args)} --tail=20`,
      ...restart(on.namespace, args),
    ],
  },
})
