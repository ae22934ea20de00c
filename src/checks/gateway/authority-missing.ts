import { check } from '../../findings/check.ts'
import { cannotTell, finding, notApplicable, ok } from '../../findings/verdict.ts'
import type { BackendTlsPolicy } from '../../model/gateway.ts'
import type { Beside, KeyedObject } from '../../model/beside.ts'
import { subject } from '../../model/subject.ts'
import { full, some } from '../../phrases.ts'

const key = 'ca.crt'

/** The authority by which a backend is known stands under one key, and no other is looked at (BackendTLSPolicy). */
export default check({
  code: 'GTW726',
  slug: 'gateway/authority-missing',
  title: 'a BackendTLSPolicy names an authority that is not there',
  fine: 'the authorities that BackendTLSPolicies name are there',
  severity: 'error',
  needs: ['beside', 'backendTlsPolicies'],
  remedies: [],
  decides: [],

  run({ beside, backendTlsPolicies, scope }) {
    const refs = backendTlsPolicies
      .filter((it) => scope.namespace === null || it.namespace === scope.namespace)
      .flatMap((policy) =>
        policy.authorities.flatMap((it, at) =>
          it.group === '' && (it.kind === 'ConfigMap' || it.kind === 'Secret') ? [{ policy, it, at }] : [],
        ),
      )
    if (refs.length === 0) return notApplicable('no BackendTLSPolicy here names an authority of its own')
    return refs.map(({ policy, it, at }) => {
      const held = it.kind === 'ConfigMap' ? beside.authorityMaps : heldSecrets(beside, policy.namespace)
      if (held === null) return cannotTell('cut-off', `the file holds no ${it.kind}s, or not all`)
      const one = held.find(({ namespace, name }) => namespace === policy.namespace && name === it.name)
      if (one?.keys.length === 0) return cannotTell('cut-off', `what is in ${it.kind} ${full(one)} is not in the file`)
      return one?.keys.includes(key) === true ? ok(1) : verdict(policy, it, { at, has: one?.keys ?? null })
    })
  },

  words: {
    headline: ({ subject: on, args }) =>
      `BackendTLSPolicy ${full(on)} takes its authority from ${args.kind} ${on.namespace}/${args.name}, ` +
      `${args.has === null ? 'which does not exist' : `which has no key ${key}`}.`,
    detail: ({ args }) => (args.has === null ? 'not there' : `its keys: ${some(args.has, 5)}`),
    note: () => 'Gateways must not send to the backend then, and answer 5xx',
    help: ({ subject: on, args }) => [
      `put the certificate of the authority under the key ${key}`,
      `kubectl -n ${on.namespace} create configmap ${args.name} --from-file=${key} --dry-run=client -o yaml | ` +
        'kubectl apply -f -',
      `kubectl -n ${on.namespace} get backendtlspolicies ${on.name} -o yaml`,
    ],
  },
})

function heldSecrets({ secrets }: Beside, namespace: string): readonly KeyedObject[] | null {
  const isHeld = secrets !== null && (secrets.namespace === null || secrets.namespace === namespace)
  return isHeld ? secrets.held : null
}

function verdict(
  policy: BackendTlsPolicy,
  { kind, name }: { readonly kind: string; readonly name: string },
  { at, has }: { readonly at: number; readonly has: readonly string[] | null },
) {
  const on = subject('BackendTLSPolicy', policy.namespace, policy.name)
  return finding({
    subject: on,
    also: policy.targets
      .filter((it) => it.group === '' && it.kind === 'Service')
      .map((it) => subject('Service', policy.namespace, it.name)),
    confidence: 'inferred',
    args: { kind, name, has },
    evidence: [
      {
        kind: 'config',
        object: on,
        path: `spec.validation.caCertificateRefs[${at}]`,
        lines: [`- kind: ${kind}`, `  name: ${name}`],
        at: 1,
        mark: name,
        label: has === null ? 'not there' : `has no key ${key}`,
      },
    ],
  })
}
