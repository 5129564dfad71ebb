/** The fields of Envoy's configuration that choose a route, as protobuf's JSON has them. */
export interface RouteTable {
  name: string;
  ignorePortInHostMatching?: boolean;
  virtualHosts?: readonly {
    name: string;
    domains: readonly string[];
    routes?: readonly RouteEntry[];
    requireTls?: string;
  }[];
}

export interface RouteEntry {
  name?: string;
  match: RouteMatch;
  route?: {
    cluster?: string;
    weightedClusters?: { clusters: readonly { name: string; weight?: number }[] };
  };
  redirect?: {
    httpsRedirect?: boolean;
    schemeRedirect?: string;
    hostRedirect?: string;
    portRedirect?: number;
    pathRedirect?: string;
    prefixRewrite?: string;
    responseCode?: string;
  };
  directResponse?: { status?: number };
}

export interface RouteMatch {
  prefix?: string;
  path?: string;
  pathSeparatedPrefix?: string;
  safeRegex?: { regex: string };
  caseSensitive?: boolean;
  headers?: readonly HeaderMatch[];
  queryParameters?: readonly {
    name: string;
    presentMatch?: boolean;
    stringMatch?: StringMatch;
  }[];
}

export interface HeaderMatch {
  name: string;
  presentMatch?: boolean;
  stringMatch?: StringMatch;
  invertMatch?: boolean;
  treatMissingHeaderAsEmpty?: boolean;
}

export interface StringMatch {
  exact?: string;
  prefix?: string;
  suffix?: string;
  safeRegex?: { regex: string };
  ignoreCase?: boolean;
}

export interface HttpManager {
  rds?: { routeConfigName: string };
  routeConfig?: RouteTable;
  normalizePath?: boolean;
  mergeSlashes?: boolean;
}

export interface TcpProxy {
  cluster?: string;
  weightedClusters?: { clusters: readonly { name: string; weight?: number }[] };
}
