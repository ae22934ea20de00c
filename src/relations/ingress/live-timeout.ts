import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'

interface Asked {
  readonly ingress: { readonly namespace: string; readonly name: string }
  readonly service: string
  readonly controllerPod: string
}

/** How long nginx waits for the next bytes of this backend, and where that is said; null where it was not read. */
export function readTimeoutOf(
  configs: Known<IngressConfigs>,
  { ingress, service, controllerPod }: Asked,
): { readonly seconds: number; readonly line: number } | null {
  if (!configs.known) return null
  const conf = configs.value.controllers.find((it) => it.pod === controllerPod)?.conf
  if (conf === undefined || !conf.known) return null
  for (const { locations } of conf.value.servers) {
    for (const it of locations) {
      if (it.service !== service || it.ingress?.name !== ingress.name || it.ingress.namespace !== ingress.namespace)
        continue
      if (it.timeouts.read === null) continue
      const line = it.settings.find(({ setting }) => /^(?:proxy|grpc)_read_timeout /.test(setting))?.line
      return { seconds: it.timeouts.read, line: line ?? it.line }
    }
  }
  return null
}
