export const signedInRoutes = [] as const;
export const projectRoutes = [] as const;
