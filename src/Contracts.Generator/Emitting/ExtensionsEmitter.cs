using Messaging.Generator.Model;

namespace Messaging.Generator.Emitting;

/// <summary>Writes <c>With(CallOptions)</c> of a contract.</summary>
internal static class ExtensionsEmitter
{
    public static void Emit(ContractModel contract, SourceWriter writer)
    {
        writer.Line($"/// <summary>Calls of <see cref=\"{contract.Interface}\"/> with options of their own.</summary>");
        writer.Line(ContractEmitter.GeneratedCode);
        writer.Open($"{ContractEmitter.Access(contract)} static class {contract.FlatName}CallExtensions");
        writer.Line("/// <summary>The same service, called with <paramref name=\"options\"/> laid over those it has.</summary>");
        writer.Line("/// <param name=\"service\">The service to call.</param>");
        writer.Line("/// <param name=\"options\">What its calls do differently; what is set here wins, headers are merged.</param>");
        writer.Line("/// <returns>A new proxy with the merged options; anything but a generated proxy (a fake in a test, the service itself) as it is.</returns>");
        writer.Line("/// <exception cref=\"global::System.ArgumentNullException\">An argument is null.</exception>");
        writer.Open($"public static {contract.Interface} With(this {contract.Interface} service, global::Messaging.CallOptions options)");
        writer.Line("global::System.ArgumentNullException.ThrowIfNull(service);");
        writer.Line("global::System.ArgumentNullException.ThrowIfNull(options);");
        writer.Line($"return service is global::Messaging.ServiceProxy proxy ? ({contract.Interface})proxy.With(options) : service;");
        writer.Close();
        writer.Close();
    }
}
