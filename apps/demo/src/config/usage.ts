/** The text of `--help`. */
export const usage = `Usage: pnpm demo [options]

Follows Docker containers and YAML files, keeps a table of routes, and proxies HTTP by it.

  --host <url>         a Docker Engine: unix://, tcp://, http://, https://, ssh://, npipe://. Repeat it
                       for several. An engine that is down is waited for. Default: DOCKER_HOST, else
                       the Docker CLI's context, else the usual sockets, else an embedded engine
  --embedded           the embedded engine, even where there is a real one
  --routes <file>      a YAML file of routes; it need not exist yet. Repeat it for several.
                       Default: apps/demo/config/routes.yml
  --proxy <address>    where the proxy listens: a port, or address:port.
                       Default: 127.0.0.1:8880, or a free port if that is taken
  --page <port>        where the page listens, on 127.0.0.1. Default: 8881, or a free port
  --ignore-health      proxies to containers whose health check does not pass
  --list-timeout <ms>  how long an engine may take to answer, a list included. Default: 15000
  --json               a JSON object for each change on standard output, and JSON lines in the log
  --log <level>        debug, info, warn or error. Default: LOG_LEVEL, else info
  --version            the version
  --help               this text
`;
