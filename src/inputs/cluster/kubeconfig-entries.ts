// The library's own types are not installed with the package, whose types lead here.

/** An API server, as a kubeconfig has it. */
export interface ClusterEntry {
  readonly name: string;
  /** Base64. */
  readonly caData?: string;
  caFile?: string;
  /** Its URL. */
  readonly server: string;
  readonly tlsServerName?: string;
  readonly skipTLSVerify: boolean;
  readonly proxyUrl?: string;
}

/** Who asks it, as a kubeconfig has it. */
export interface UserEntry {
  readonly name: string;
  /** Base64, as the key. */
  readonly certData?: string;
  certFile?: string;
  readonly keyData?: string;
  keyFile?: string;
  readonly exec?: unknown;
  readonly authProvider?: unknown;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** Renewed by others: it is read whenever it is asked for. */
  readonly tokenFile?: string;
  readonly impersonateUser?: string;
  readonly impersonateGroups?: readonly string[];
  readonly impersonateUid?: string;
  /** Of the kubeconfig that it stands in: its relative paths go from there. */
  readonly folder?: string;
}

/** Who asks which API server, as a kubeconfig has it. */
export interface ContextEntry {
  readonly name: string;
  /** The name of its entry. */
  readonly cluster: string;
  /** Likewise. */
  readonly user: string;
  readonly namespace?: string;
}
