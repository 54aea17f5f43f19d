using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Messaging.Explorer;

/// <summary>A file of the explorer, which is in this assembly.</summary>
internal sealed class ExplorerFile
{
    private const string Root = "/explorer";

    // What the page loads and calls is the gateway's own, and nothing of it is inline: text from a worker can't become a script.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private ExplorerFile(string name, string path, string contentType)
    {
        using var stream = typeof(ExplorerFile).Assembly.GetManifestResourceStream("explorer/" + name)!;
        _content = new byte[stream.Length];
        stream.ReadExactly(_content);
        _contentType = contentType;
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(_content).AsSpan(0, 12))}\"");
        Path = path;
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ExplorerFile> All { get; } =
    [
        new("index.html", Root, "text/html; charset=utf-8"),
        new("icon.svg", Root + "/icon.svg", "image/svg+xml"),
        new("explorer.css", Root + "/explorer.css", "text/css; charset=utf-8"),
        .. new[] { "explorer.js", "dom.js", "document.js", "schema.js", "json.js", "call.js", "operation.js", "outcome.js" }
            .Select(static name => new ExplorerFile(name, $"{Root}/{name}", "text/javascript; charset=utf-8")),
    ];

    /// <summary>Where it is served.</summary>
    public string Path { get; }

    public Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        var response = context.Response;
        if (request.Path.Value is [.., '/'])
        {
            // What the page loads stands beside it.
            response.Redirect(request.PathBase + Path, permanent: false);
            return Task.CompletedTask;
        }

        var headers = response.GetTypedHeaders();
        headers.ETag = _tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(_tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = _contentType;
        response.ContentLength = _content.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(_content, context.RequestAborted).AsTask();
    }
}
