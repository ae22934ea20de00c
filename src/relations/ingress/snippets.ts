import type { ControllerSettings } from '../../model/beside.ts'
import type { IngressController } from '../../model/ingress.ts'

/** Why ingress-nginx leaves a snippet unheeded. */
export interface Refusal {
  readonly why: string
  /** The whole Ingress, and not the snippet alone (annotations.go, Extract: RiskyAnnotations; ingress-nginx#13358). */
  readonly denied: boolean
  readonly settings: ControllerSettings
}

/**
 * null: they are heeded. Off unless `allow-snippet-annotations` says otherwise since 1.9, and within
 * `annotations-risk-level` since 1.12 (ingress-nginx, Changelog).
 */
export function snippetRefusal(
  { configMap, image = '' }: IngressController,
  all: readonly ControllerSettings[],
): Refusal | 'unsure' | null {
  const settings = all.find((it) => it.namespace === configMap?.namespace && it.name === configMap.name)
  if (settings === undefined) return 'unsure'
  const [, major = '0', minor = '0'] = /:v?(\d{1,3})\.(\d{1,3})\./.exec(image) ?? []
  const release = Number(major) * 1000 + Number(minor)
  if (settings.snippets === 'off') return { why: 'allow-snippet-annotations is false', denied: false, settings }
  if (settings.snippets === null)
    return release >= 1009
      ? { why: 'allow-snippet-annotations is not set, and off since 1.9', denied: false, settings }
      : null
  if (release >= 1012 && settings.risk !== 'Critical')
    return {
      why: `annotations-risk-level is ${settings.risk ?? 'High by default'}, and they are Critical`,
      denied: true,
      settings,
    }
  return null
}
