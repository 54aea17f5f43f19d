using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;
using OperationKind = Messaging.Generator.Model.OperationKind;

namespace Messaging.Generator.Parsing;

/// <summary>Turns one method of a contract into a model, or into what is wrong with it.</summary>
internal static class OperationParser
{
    private const int MaxTimeoutMs = 24 * 24 * 60 * 60 * 1000;

    public static OperationModel? Parse(IMethodSymbol method, FaultCatalog faults, Problems problems)
    {
        if (KnownTypes.IsUnresolved(method.ReturnType) || method.Parameters.Any(parameter => KnownTypes.IsUnresolved(parameter.Type)))
        {
            problems.LeaveToCompiler();
            return null;
        }

        var report = new MethodReport(method, problems);
        if (method.IsGenericMethod)
        {
            report.That(Rules.NoGenericMethods, place: null);
        }

        var request = ParseParameters(method, report);
        var operation = KnownTypes.Attribute(method, "OperationAttribute");
        var command = KnownTypes.Attribute(method, "CommandAttribute");
        var takesStream = request is not null && KnownTypes.IsAsyncEnumerable(request.Type);
        var requestType = takesStream ? ((INamedTypeSymbol)request!.Type).TypeArguments[0] : request?.Type;
        var kind = ParseReturn(method, command, takesStream, report, out var reply);
        if (operation is not null && command is not null)
        {
            report.That(Rules.PlainCommand, AttributeReader.Place(command), "also an [Operation]: keep [Command], whose Name and TimeoutMs it has too, or make it a call");
        }

        var name = ParseName(method, operation ?? command, report);
        var timeout = ParseTimeout(operation ?? command, report);
        var idempotent = AttributeReader.Option(operation, "Idempotent", false);
        var atMostOnce = AttributeReader.Option(operation, "AtMostOnce", false);
        if (idempotent && atMostOnce)
        {
            report.That(Rules.OneDelivery, AttributeReader.Place(operation));
        }

        // A method with a mistake keeps a model where it can, so that its name is still compared with the others'.
        return new OperationModel(
            method.Name,
            KnownTypes.Qualified(method.ContainingType),
            name,
            kind,
            requestType is null ? string.Empty : KnownTypes.Qualified(requestType),
            reply is null ? null : KnownTypes.Qualified(reply),
            method.Parameters.Length > 1,
            timeout,
            idempotent,
            atMostOnce,
            AttributeReader.Option(operation, "ReplayReplies", false),
            requestType is not null && IsNullable(requestType),
            reply is not null && (IsNullable(reply) || SaysNothing(reply)),
            ParsePriority(command, report),
            OrderKeyParser.Parse(command, requestType, report),
            CommandRetryParser.Parse(command, report),
            faults.Of(method));
    }

    private static IParameterSymbol? ParseParameters(IMethodSymbol method, MethodReport report)
    {
        IParameterSymbol? request = null;
        var requests = 0;
        var misplacedToken = false;
        foreach (var parameter in method.Parameters)
        {
            if (WhyNotByValue(parameter) is { } why)
            {
                report.That(Rules.NoReferences, parameter.Locations.FirstOrDefault(), parameter.Name, why);
            }

            if (KnownTypes.IsCancellationToken(parameter.Type))
            {
                misplacedToken |= parameter.Ordinal != method.Parameters.Length - 1;
            }
            else
            {
                requests++;
                request = parameter;
            }
        }

        if (misplacedToken)
        {
            report.That(Rules.TokenLast, place: null);
        }

        if (requests != 1)
        {
            report.That(Rules.OneRequest, place: null, requests == 0 ? "no" : requests.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return request;
    }

    private static bool IsNullable(ITypeSymbol type) =>
        type.NullableAnnotation == NullableAnnotation.Annotated || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    // Where annotations are off, code has always returned null for "there is none"; and a handler has never been given one.
    private static bool SaysNothing(ITypeSymbol type) => type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.None;

    private static string? WhyNotByValue(IParameterSymbol parameter) => parameter.RefKind switch
    {
        RefKind.Ref => "a ref parameter",
        RefKind.Out => "an out parameter",
        RefKind.In or RefKind.RefReadOnlyParameter => "an in parameter",
        _ when parameter.Type.IsRefLikeType => "a ref struct",
        _ when parameter.Type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer => "a pointer",
        _ => null,
    };

    private static OperationKind ParseReturn(IMethodSymbol method, AttributeData? command, bool takesStream, MethodReport report, out ITypeSymbol? reply)
    {
        var type = method.ReturnType;
        reply = null;
        var isStream = KnownTypes.IsAsyncEnumerable(type);
        if (method.RefKind != RefKind.None || type.NullableAnnotation == NullableAnnotation.Annotated
            || !(isStream || KnownTypes.IsTask(type) || KnownTypes.IsTaskOfT(type)))
        {
            report.That(Rules.TaskReturn, place: null, KnownTypes.Short(type));
        }
        else if (isStream || KnownTypes.IsTaskOfT(type))
        {
            reply = ((INamedTypeSymbol)type).TypeArguments[0];
        }

        if (command is null)
        {
            return (takesStream, isStream) switch
            {
                (true, true) => OperationKind.DuplexStream,
                (true, false) => OperationKind.RequestStream,
                (false, true) => OperationKind.ReplyStream,
                _ => OperationKind.Call,
            };
        }

        if (reply is not null)
        {
            report.That(Rules.PlainCommand, place: null, $"returns '{KnownTypes.Short(type)}': return Task, or drop [Command] to await a reply");
        }

        if (takesStream)
        {
            report.That(Rules.PlainCommand, place: null, "takes a stream: send its items as commands of their own (SendAllAsync), or drop [Command]");
        }

        return OperationKind.Command;
    }

    private static string ParseName(IMethodSymbol method, AttributeData? attribute, MethodReport report)
    {
        var given = AttributeReader.Option<string?>(attribute, "Name", null);
        var name = given ?? WireNames.OfMethod(method.Name);
        if (WireNames.ProblemOfOperation(name) is { } problem)
        {
            report.Plain(
                Rules.GoodName,
                given is null ? null : AttributeReader.Place(attribute),
                name,
                $"the operation {KnownTypes.MemberName(method)}",
                given is null ? problem + ", or name it with [Operation(Name = \"…\")]" : problem);
        }

        return name;
    }

    private static int ParseTimeout(AttributeData? attribute, MethodReport report)
    {
        var timeout = AttributeReader.Option(attribute, "TimeoutMs", 0);
        if (timeout is < 0 or > MaxTimeoutMs)
        {
            report.That(Rules.GoodTimeout, AttributeReader.Place(attribute), timeout.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return timeout;
    }

    private static string? ParsePriority(AttributeData? command, MethodReport report)
    {
        switch (AttributeReader.Option<int?>(command, "Priority", null))
        {
            case null:
                return null;
            case 0:
                return "Normal";
            case 1:
                return "High";
            case { } other:
                report.That(Rules.GoodPriority, AttributeReader.Place(command), other.ToString(System.Globalization.CultureInfo.InvariantCulture));
                return null;
        }
    }
}
