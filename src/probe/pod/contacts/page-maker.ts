import type { PageMaker } from '../../../model/contacts.ts'

/**
 * By the pages that products have without anybody's change; one that was changed, and an application's own, are
 * nobody's. `server`: the header, as it came.
 */
export function pageMaker(body: string, server: string): PageMaker | null {
  const start = body.slice(0, 600)
  const name = server.slice(0, 100)
  // AWS, "HTTP 503: Service unavailable": the header is of the load balancer itself.
  if (/^awselb\/\d/.test(name)) return 'aws'
  if (name.startsWith('cloudflare') && /error code: \d{3}|cf-error|Cloudflare/.test(start)) return 'cloudflare'
  if (name.startsWith('Microsoft-Azure-Application-Gateway')) return 'azure'
  // haproxy, src/http.c, http_err_msgs.
  if (/^<html><body><h1>\d{3} [A-Za-z -]{2,40}<\/h1>\r?\n[^<>]{1,120}\r?\n<\/body><\/html>\r?\n?$/.test(start))
    return 'haproxy'
  // nginx, src/http/ngx_http_special_response.c.
  if (/<hr><center>(?:nginx|openresty)/.test(start)) return 'nginx'
  // Envoy, source/common/router/router.cc and its local replies.
  if (
    /^(?:no healthy upstream|upstream connect error or disconnect\/reset before headers|upstream request timeout)/.test(
      start,
    )
  )
    return 'envoy'
  if (/The server encountered a (?:temporary )?error and could not complete your request/.test(start)) return 'google'
  return /Guru Meditation/.test(start) ? 'varnish' : null
}
