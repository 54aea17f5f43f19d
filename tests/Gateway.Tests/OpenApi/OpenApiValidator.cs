using System.Reflection;
using Messaging.Gateway.Tests.Grpc;
using Messaging.Testing.Node;

namespace Messaging.Gateway.Tests.OpenApi;

/// <summary>Validators of OpenAPI and JSON Schema, which are Node's.</summary>
internal static class OpenApiValidator
{
    private static readonly string _folder = typeof(OpenApiValidator).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Node").Value!;

    /// <summary>Checks a document, and of its schemas which values they take.</summary>
    public static async Task AssertValidAsync(string document, CancellationToken cancellationToken, params (string Schema, string Value, bool Fits)[] values)
    {
        await NodePackage.InstallAsync(_folder, cancellationToken);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, document, cancellationToken);
            var arguments = values.SelectMany(static value => new[] { value.Schema, value.Value, value.Fits ? "true" : "false" });
            var (code, output) = await Command.RunAsync("node", ["openapi.js", file, .. arguments], _folder, cancellationToken);
            Assert.True(code == 0, $"{output}\n{document}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
