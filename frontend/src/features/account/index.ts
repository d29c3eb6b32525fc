export const signedInRoutes = [] as const;
