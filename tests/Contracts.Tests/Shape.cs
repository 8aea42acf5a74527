using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MassTransit;

namespace CallCenterCrm.Contracts.Tests;

/// <summary>What a contract looks like from outside: one line for each member and each word of an enumeration.</summary>
internal static class Shape
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Every event: a public class of the contracts that no other one holds.</summary>
    public static IReadOnlyList<Type> Events { get; } = FindEvents();

    /// <summary>Name of a contract below the contracts' common namespace, for example <c>Telephony.V1.CallChanged</c>.</summary>
    public static string NameOf(Type contract) => contract.FullName!["CallCenterCrm.Contracts.".Length..];

    /// <summary>The lines of an event and of everything in it.</summary>
    public static IReadOnlyList<string> Of(Type contract)
    {
        var lines = new List<string> { $"{contract.Name} travels as {MessageUrn.ForTypeString(contract)}" };
        foreach (var type in Closure(contract))
        {
            lines.AddRange(type.IsEnum
                ? Enum.GetNames(type).Select(word => $"{type.Name} = {word}")
                : type.GetProperties().Select(property => Line(type, property)));
        }

        return lines;
    }

    private static string Line(Type type, PropertyInfo property) =>
        $"{type.Name}.{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}: {Word(Nullability.Create(property))}"
        + (property.IsDefined(typeof(RequiredMemberAttribute)) ? ", required" : "");

    private static string Word(NullabilityInfo info)
    {
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        var name = !type.IsGenericType ? type.Name
            : type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? $"list of {Word(info.GenericTypeArguments[0])}"
            : type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? $"map of {Word(info.GenericTypeArguments[0])} to {Word(info.GenericTypeArguments[1])}"
            : throw new NotSupportedException($"A contract holds lists and maps, and no {type}");
        return info.ReadState == NullabilityState.Nullable ? name + "?" : name;
    }

    private static List<Type> Closure(Type contract)
    {
        var found = new List<Type> { contract };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(Parts(found[i]).Where(part => !found.Contains(part)).Distinct().ToList());
        }

        return found;
    }

    // The types of ours that the members of a type have, within lists and maps too.
    private static IEnumerable<Type> Parts(Type type) => (type.IsEnum ? [] : type.GetProperties())
        .Select(property => property.PropertyType)
        .SelectMany(part => part.IsGenericType ? part.GetGenericArguments() : [part])
        .Where(part => part.Assembly == type.Assembly);

    private static Type[] FindEvents()
    {
        var all = typeof(Telephony.V1.CallChanged).Assembly.GetExportedTypes();
        var held = all.SelectMany(Parts).ToHashSet();
        return [.. all.Where(type => type.IsClass && !held.Contains(type)).OrderBy(type => type.FullName, StringComparer.Ordinal)];
    }
}
