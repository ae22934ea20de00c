import { script } from '../../kube/container-command.ts'

/*
 * What is read in a controller's own container. Never `/dbg certs`, never a file of ssl/: a private key is nobody's
 * business here. Each script prints one file and nothing else, so that no line of a tenant's can end it.
 */

/** One byte more than is read says that there is more. */
export const mostConfBytes = 8 * 2 ** 20

export const readNginxConf = script`head -c 8388609 /etc/nginx/nginx.conf`

/** F5's: a file for each Ingress beside it (internal/nginx/manager.go). */
export const readF5Conf = script`
{
  cat /etc/nginx/nginx.conf
  for it in /etc/nginx/conf.d/*.conf; do [ -f "$it" ] && echo && cat "$it"; done
} 2>/dev/null | head -c 8388609`

/** $1 = the port of the status server (--status-port); it listens on 127.0.0.1 alone. */
export const readBackends = script`
url="http://127.0.0.1:$1/configuration/backends"
if command -v curl >/dev/null 2>&1; then curl -s -m 5 "$url"
elif command -v wget >/dev/null 2>&1; then wget -q -T 5 -O - "$url"
elif [ -x /dbg ]; then /dbg backends all
fi | head -c 8388609`

/**
 * A configuration that `nginx -t` refused stays in /tmp/nginx, and one that it takes is removed at once
 * (internal/ingress/controller/nginx.go, testTemplate): newer than what runs, and there for two seconds.
 */
export const readRefusedConf = script`
newest() { ls -t /tmp/nginx/nginx-cfg* 2>/dev/null | head -n 1; }
it=$(newest)
[ -n "$it" ] && [ "$it" -nt /etc/nginx/nginx.conf ] || exit 0
sleep 2
[ -f "$it" ] && [ "$it" -nt /etc/nginx/nginx.conf ] && head -c 8388609 "$it"
exit 0`

/**
 * The status of an answer, whatever it is; `000` where none came. The address is what the kubelet writes for each pod.
 */
export const askApiServer = script`
host=$KUBERNETES_SERVICE_HOST
case $host in *:*) host="[$host]" ;; esac
command -v curl >/dev/null 2>&1 || exit 0
curl -sk -o /dev/null -m 5 -w '%{http_code}' "https://$host:$KUBERNETES_SERVICE_PORT/version"
exit 0`
