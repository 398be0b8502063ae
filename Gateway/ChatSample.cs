using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace RealtimeGateway;

/// <summary>
/// The chat at <c>/</c>: the pages of <c>samples/chat</c> as they lie there, and the npm package as it was built. In Development only,
/// where tokens can be had, and only where the settings are those of the repository.
/// </summary>
internal sealed class ChatSample
{
    private const string Script = "/realtime-gateway.js";

    private readonly string _pages;
    private readonly string _package;

    private ChatSample(string repository)
    {
        _pages = Path.Combine(repository, "samples", "chat", "web");
        _package = Path.Combine(repository, "clients", "js", "dist", "realtime-gateway.browser.js");
    }

    /// <summary>Whether the npm package has been built; without it the chat says how to get it.</summary>
    public bool IsBuilt => File.Exists(_package);

    /// <summary>The chat of this program, or null where it has none.</summary>
    public static ChatSample? Of(IHostEnvironment environment)
    {
        var sample = new ChatSample(environment.ContentRootPath);
        return environment.IsDevelopment() && Directory.Exists(sample._pages) ? sample : null;
    }

    /// <summary>Serves it. What is mapped beside it comes first.</summary>
    public void Serve(WebApplication app)
    {
        // Asked each time: who builds the package need not start the gateway again.
        app.Use((context, next) =>
        {
            if (context.Request.Path == "/" && !IsBuilt)
            {
                context.Request.Path = "/unbuilt.html";
            }

            return next(context);
        });
        app.UseFileServer(new FileServerOptions
        {
            FileProvider = new PhysicalFileProvider(_pages),
            StaticFileOptions = { OnPrepareResponse = Protect },
        });
        app.MapMethods(Script, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
        {
            SetHeaders(context);
            return IsBuilt
                ? Results.File(_package, "text/javascript", lastModified: File.GetLastWriteTimeUtc(_package))
                : Results.NotFound();
        });
    }

    private static void Protect(StaticFileResponseContext file) => SetHeaders(file.Context);

    // Nothing but the chat's own files, and this gateway: by name too, since not every browser takes 'self' for its WebSockets.
    private static void SetHeaders(HttpContext context)
    {
        var host = context.Request.Host;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + $"connect-src 'self' ws://{host} wss://{host}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";

        // A file that is changed is there with the next reload.
        headers.CacheControl = "no-cache";
    }
}
