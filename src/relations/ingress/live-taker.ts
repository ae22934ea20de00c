import type { IngressConfigs } from '../../model/ingress-config.ts'
import type { Known } from '../../model/known.ts'
import type { ConfLocation } from '../../wire/nginx-conf.ts'
import { percentDecoded } from '../../wire/percent.ts'
import { locationFor, serverFor } from './nginx-location.ts'

/** The location of a running nginx.conf that takes a request, whatever the Ingress objects say. */
export interface LiveTaker {
  readonly pod: string
  readonly location: ConfLocation
  /** Where it leads. null where the location is for no Ingress, or names no Service. */
  readonly to: { readonly namespace: string; readonly name: string } | null
}

/** A request as it was made: its `Host` may carry a port, its path a query. */
export interface Made {
  readonly host: string
  readonly path: string
  /** Of whom it was asked; absent: of any controller whose configuration was read. */
  readonly controllerPod?: string
}

/**
 * What nginx itself does with a request (ngx_http_core_module, location), by the configuration that was read out of the
 * controller. null where none was read whole, where no location takes it, and where an expression could not be read.
 */
export function liveTaker(configs: Known<IngressConfigs>, { host, path, controllerPod }: Made): LiveTaker | null {
  if (!configs.known) return null
  const asked = percentDecoded(path.split('?', 1)[0] ?? path)
  for (const { pod, conf } of configs.value.controllers) {
    if (!conf.known || !conf.value.complete || (controllerPod !== undefined && pod !== controllerPod)) continue
    const server = serverFor(conf.value, host.replace(/:\d{1,5}$/, ''))
    const found = server === null ? null : locationFor(server, asked)
    if (found === null || found.kind !== 'found') continue
    const { location } = found
    const { ingress, service } = location
    return {
      pod,
      location,
      to: ingress === null || service === null ? null : { namespace: ingress.namespace, name: service },
    }
  }
  return null
}

/** `location ~* "^/orders"`, as a reader finds it in the file. */
export function locationText({ modifier, path }: Pick<ConfLocation, 'modifier' | 'path'>): string {
  return `location ${modifier === '' ? '' : `${modifier} `}${path}`
}
