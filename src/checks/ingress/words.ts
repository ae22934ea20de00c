import type { Evidence } from '../../findings/evidence.ts'
import type { HttpContact } from '../../model/contacts.ts'
import type { Ingress, IngressBackend } from '../../model/ingress.ts'
import { type Subject, subject } from '../../model/subject.ts'
import { some } from '../../phrases.ts'

export function ingressSubject(ingress: { readonly namespace: string; readonly name: string }): Subject {
  return subject('Ingress', ingress.namespace, ingress.name)
}

/** The backend as it stands in the Ingress, with the caret under its Service or its port. */
export function backendEvidence(
  ingress: Ingress,
  backend: IngressBackend,
  what: 'service' | 'port',
  label: string,
): Evidence {
  if (backend.path.startsWith('metadata.annotations')) return forwardEvidence(ingress, backend, what, label)
  const port =
    backend.port === null
      ? []
      : ['    port:', `      ${typeof backend.port === 'number' ? 'number' : 'name'}: ${backend.port}`]
  const lines = ['backend:', '  service:', `    name: ${backend.service}`, ...port]
  return {
    kind: 'config',
    object: ingressSubject(ingress),
    path:
      what === 'service'
        ? `${backend.path}.service.name`
        : `${backend.path}.service.port.${typeof backend.port === 'number' ? 'number' : 'name'}`,
    lines,
    at: what === 'service' ? 2 : lines.length - 1,
    mark: what === 'service' ? backend.service : `${backend.port ?? ''}`,
    label,
  }
}

/** The same of an action's target group, as its JSON has it. */
function forwardEvidence(ingress: Ingress, backend: IngressBackend, what: 'service' | 'port', label: string): Evidence {
  const lines = [
    'targetGroups:',
    `- serviceName: ${backend.service}`,
    ...(backend.port === null ? [] : [`  servicePort: ${backend.port}`]),
  ]
  const at = what === 'port' && backend.port !== null ? 2 : 1
  return {
    kind: 'config',
    object: ingressSubject(ingress),
    path: backend.path,
    lines,
    at,
    mark: at === 2 ? `${backend.port}` : backend.service,
    label,
  }
}

/** Who asked which controller, and with what status it answered. */
export function statusShares(
  label: string,
  its: readonly HttpContact[],
  isBad: (it: HttpContact) => boolean,
): Evidence {
  return {
    kind: 'shares',
    label,
    rows: [...Map.groupBy(its, (it) => `${it.node} by ${it.via.controllerPod}`)].map(([where, all]) => ({
      where,
      bad: all.filter(isBad).length,
      of: all.length,
      note: some([...new Set(all.map((it) => `${it.status}`))]),
    })),
  }
}
