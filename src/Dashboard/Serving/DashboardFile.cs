using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Messaging.Serving;

/// <summary>A file of the page, which is in this assembly.</summary>
internal sealed class DashboardFile
{
    private readonly byte[] _content;
    private readonly string _contentType;
    private readonly EntityTagHeaderValue _tag;

    private DashboardFile(string name, string contentType, string? path = null)
    {
        using var stream = typeof(DashboardFile).Assembly.GetManifestResourceStream("dashboard/" + name)!;
        _content = new byte[stream.Length];
        stream.ReadExactly(_content);
        _contentType = contentType;
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(_content).AsSpan(0, 12))}\"");
        Path = path ?? "/" + name;
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DashboardFile> All { get; } =
    [
        new("index.html", "text/html; charset=utf-8", "/"),
        new("icon.svg", "image/svg+xml"),
        .. Scripts(
            "theme.js", "app.js", "api.js", "charts.js", "dialogs.js", "dom.js", "editor.js", "format.js", "json.js", "letter.js", "letters.js",
            "live.js", "overview.js", "parts.js", "schema.js", "series.js", "service.js", "shortcuts.js", "trying.js", "vendor/uplot/uplot.js"),
        .. new[] { "base.css", "parts.css", "pages.css", "vendor/uplot/uplot.css" }.Select(static name => new DashboardFile(name, "text/css; charset=utf-8")),
        new("vendor/uplot/LICENSE", "text/plain; charset=utf-8"),
    ];

    /// <summary>Where it is served, below the dashboard's own path.</summary>
    public string Path { get; }

    public Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        var response = context.Response;
        if (Path is "/" && request.Path.Value is not [.., '/'])
        {
            // What the page loads stands below it.
            response.Redirect($"{request.PathBase}{request.Path}/{request.QueryString}", permanent: false);
            return Task.CompletedTask;
        }

        var headers = response.GetTypedHeaders();
        headers.ETag = _tag;
        headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(_tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = _contentType;
        response.ContentLength = _content.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(_content, context.RequestAborted).AsTask();
    }

    private static IEnumerable<DashboardFile> Scripts(params string[] names) =>
        names.Select(static name => new DashboardFile(name, "text/javascript; charset=utf-8"));
}
