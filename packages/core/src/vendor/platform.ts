/** The clouds that serve models of others, by their hosts. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/\.amazonaws\.com$|^bedrock.*\.api\.aws$/, "bedrock"],
  [/aiplatform\..*googleapis\.com$/, "vertex"],
  [/\.azure\.(?:com|us|cn)$/, "azure"],
];

/** The host of an endpoint, or "". */
export const hostOf = (url: string): string => {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
};

/** The cloud that serves a vendor's models, as its client or its endpoint tells: each has its own prices and health. */
export function platformOf(client: object | undefined, url: string): string | undefined {
  const has = (key: string): boolean => client !== undefined && key in client;
  if ((has("awsRegion") && !has("workspaceId")) || has("bedrockTokenProvider")) return "bedrock"; // else Anthropic's own, at AWS
  if (has("region") && has("projectId")) return "vertex";
  if (has("deploymentName") || has("resource")) return "azure";
  const host = hostOf(url);
  return HOSTS.find(([match]) => match.test(host))?.[1];
}
