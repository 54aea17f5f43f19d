using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Finds what has the same name: operations of one contract, and services of one project.</summary>
internal static class UniqueNames
{
    public static void Check(IReadOnlyList<(IMethodSymbol Method, OperationModel Model)> operations, Problems problems)
    {
        var methods = new Dictionary<string, IMethodSymbol>(StringComparer.Ordinal);
        var wireNames = new Dictionary<string, IMethodSymbol>(StringComparer.Ordinal);
        foreach (var (method, model) in operations)
        {
            if (methods.TryGetValue(method.Name, out var overloaded))
            {
                problems.Report(
                    Rules.NoOverloads, method.ContainingType, Place(method), KnownTypes.Short(method), KnownTypes.Short(overloaded));
                continue;
            }

            methods.Add(method.Name, method);
            if (wireNames.TryGetValue(model.WireName, out var other))
            {
                problems.Report(
                    Rules.DuplicateName,
                    method.ContainingType,
                    Place(method),
                    KnownTypes.MemberName(method),
                    KnownTypes.MemberName(other),
                    model.WireName,
                    "rename one of the methods, or name one with [Operation(Name = \"…\")] or [Command(Name = \"…\")]");
                continue;
            }

            wireNames.Add(model.WireName, method);
        }
    }

    /// <summary>Services of one project that share a name: they would share a queue, and each would get the other's calls.</summary>
    public static EquatableArray<DiagnosticInfo> Check(IEnumerable<ServiceEntry> services)
    {
        var first = new Dictionary<string, ServiceEntry>(StringComparer.Ordinal);
        var found = new List<DiagnosticInfo>();
        foreach (var service in services)
        {
            if (first.TryGetValue(service.Name, out var other))
            {
                found.Add(new DiagnosticInfo(
                    Rules.DuplicateName,
                    service.Location,
                    new([service.Interface, other.Interface, service.Name, "give one of them another [Service(\"…\")] name, or they would share a queue"])));
            }
            else
            {
                first.Add(service.Name, service);
            }
        }

        return new([.. found]);
    }

    private static Location? Place(IMethodSymbol method) => method.Locations.FirstOrDefault();
}
