import type { BeforeHow } from '../../relations/dns/lines-before.ts'
import type { TakingOption } from '../../relations/dns/unserved-names.ts'

export type Taking = TakingOption | BeforeHow | 'pods'

/** What each line does to names of Services: an option of `kubernetes`, or a plugin that comes before it. */
export const optionNotes: Readonly<Record<Taking, string>> = {
  hosts: 'the `hosts` plugin of CoreDNS answers before `kubernetes` does',
  rewrite: 'the `rewrite` plugin of CoreDNS asks for another name before `kubernetes` is reached',
  template: 'the `template` plugin of CoreDNS answers before `kubernetes` does',
  noendpoints:
    'with `noendpoints` the `kubernetes` plugin knows no endpoints: every headless Service, and every name of a pod ' +
    'below a Service, is "no such name"',
  namespaces: 'the `kubernetes` plugin serves the namespaces of its list alone',
  namespace_labels: 'the `kubernetes` plugin serves the namespaces alone that bear these labels',
  labels: 'the `kubernetes` plugin serves the Services and EndpointSlices alone that bear these labels',
  ignore: '`ignore empty_service` denies the name of a Service as long as it has no ready endpoint',
  multicluster: 'names of a `multicluster` zone are those of ServiceImports, and not of Services',
  pods: 'without `pods`, as with `pods disabled`, a name such as 10-2-1-5.shop.pod is "no such name"',
  endpoint: 'the `kubernetes` plugin has the names of the cluster whose API server this line names',
  kubeconfig: 'the `kubernetes` plugin has the names of the cluster that this kubeconfig leads to',
}

export const optionHelps: Readonly<Record<Taking, string>> = {
  hosts: 'take the name out of `hosts` in the Corefile',
  rewrite: 'take the line out of the Corefile, or make it narrower',
  template: 'make the `match` of the template narrower, so that it leaves names of Services alone',
  noendpoints: 'take `noendpoints` out of the Corefile',
  namespaces: 'add the namespace to the list, or take the list away',
  namespace_labels: 'give the namespace these labels, or take the line out',
  labels: 'give the Service these labels, or take the line out',
  ignore: 'find out why it has no ready endpoint; without the line its name would stay, and connections be refused',
  multicluster: "take the cluster's own domain out of `multicluster`: it is for clusterset.local",
  pods: 'let it call a Service by name, or add `pods insecure` to the block of `kubernetes`',
  endpoint: "take the line out, so that it asks its own cluster's API server, or name that one",
  kubeconfig: "take the line out, so that it asks its own cluster's API server, or mount that one's",
}
