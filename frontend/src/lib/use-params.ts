import { useParams } from "@tanstack/react-router";

/** A numeric route parameter, such as `datasetId` in /datasets/$datasetId. NaN is answered 404 by the server. */
export function useNumberParam(name: string): number {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return Number(params[name]);
}

export function useTextParam(name: string): string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return params[name] ?? "";
}

export function useProjectId(): number {
  return useNumberParam("projectId");
}
