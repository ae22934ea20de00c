/** What SVC248 and DNS204 say of slices that are behind, whoever's they are. */
export const behindNote =
  'the endpoint slice controller, a part of kube-controller-manager, puts this right within seconds: it stands ' +
  'still, or somebody else writes these slices'

export function behindHelp(
  { namespace, name }: { readonly namespace: string | null; readonly name: string },
  ...look: readonly string[]
): readonly string[] {
  return [
    'run it again; if it stays, see whether kube-controller-manager runs and reaches the API server',
    `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name} -o yaml`,
    ...look,
    'kubectl -n kube-system get lease kube-controller-manager -o yaml',
  ]
}
