namespace RealtimeGateway.Edges.Rest;

/// <summary>
/// <c>/openapi/v1.json</c>: the API as OpenAPI 3.1, from the file <c>openapi.json</c> beside this one. A host's own document of the
/// same name comes first.
/// </summary>
internal static class OpenApiEndpoint
{
    public static void MapOpenApiDocument(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/openapi/v1.json", Read).WithOrder(int.MaxValue).ExcludeFromDescription();

    private static IResult Read() => Results.Stream(
        typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")!,
        "application/json");
}
