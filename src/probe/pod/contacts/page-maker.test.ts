import { expect, test } from 'vitest'
import { pageMaker } from './page-maker.ts'

const haproxy = (line: string, more: string): string => `<html><body><h1>${line}</h1>\n${more}\n</body></html>\n`

test.each([
  {
    it: 'haproxy 503',
    body: haproxy('503 Service Unavailable', 'No server is available to handle this request.'),
    is: 'haproxy',
  },
  { it: 'haproxy 504', body: haproxy('504 Gateway Time-out', "The server didn't respond in time."), is: 'haproxy' },
  {
    it: 'nginx 400',
    server: 'nginx',
    body: '<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    is: 'nginx',
  },
  {
    it: 'AWS',
    server: 'awselb/2.0',
    body: '<html><head><title>503 Service Temporarily Unavailable</title></head></html>',
    is: 'aws',
  },
  { it: 'Envoy', server: 'envoy', body: 'no healthy upstream', is: 'envoy' },
  { it: 'Envoy before an application', server: 'envoy', body: '{"error":"db"}', is: null },
  { it: 'Cloudflare in between', server: 'cloudflare', body: 'our own page', is: null },
  {
    it: 'an application',
    body: '<html><body><h1>503 Service Unavailable</h1><p>try later</p></body></html>',
    is: null,
  },
  { it: 'nothing', body: '', is: null },
])('$it', ({ body, server, is }) => expect(pageMaker(body, server ?? '')).toBe(is))
