#!/bin/sh
# Debian builds these as modules, the controller's own image builds them in.
modules=/usr/lib/nginx/modules
load="load_module $modules/ndk_http_module.so;"
load="$load load_module $modules/ngx_http_lua_module.so;"
load="$load load_module $modules/ngx_http_headers_more_filter_module.so;"
exec /usr/sbin/nginx -g "$load" "$@"
