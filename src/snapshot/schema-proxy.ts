import { exactly, list, maybe, nullable, object, oneOf, texts } from '../model/marks.ts'
import type { ContainerProxy } from '../model/pod.ts'

const m = texts()

/** Where a container's environment sends its requests; an entry of NO_PROXY is a name, with a port or without. */
export const containerProxy = exactly<ContainerProxy>()(
  object({
    http: nullable(m.host),
    https: nullable(m.host),
    except: nullable(list(m.address)),
    by: maybe(nullable(oneOf(['NO_PROXY', 'no_proxy']))),
    ranges: maybe(list(m.address)),
    capitals: maybe(list(m.address)),
  }),
)
