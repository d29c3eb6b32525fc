export const publicRoutes = [] as const;
export const projectRoutes = [] as const;
