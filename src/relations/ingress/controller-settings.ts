import type { Beside, ControllerSettings } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'

/** What the ConfigMap of a controller sets; null where it names none, or the file does not hold it. */
export function settingsOf(
  { configMap }: IngressController,
  { controllerSettings }: Pick<Beside, 'controllerSettings'>,
): ControllerSettings | null {
  if (configMap === undefined) return null
  const { namespace, name } = configMap
  return controllerSettings.find((it) => it.namespace === namespace && it.name === name) ?? null
}
