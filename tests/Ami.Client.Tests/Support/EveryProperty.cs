using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using Ami.Client.Events;

namespace Ami.Client.Tests.Support;

/// <summary>Reads all public properties of an item, and those of the channels it tells of: none may throw, whatever the bytes were.</summary>
internal static class EveryProperty
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Properties = new();

    public static void Read(object item)
    {
        foreach (var property in Properties.GetOrAdd(item.GetType(), type => [.. type.GetProperties().Where(p => p.GetIndexParameters().Length == 0)]))
        {
            switch (property.GetValue(item))
            {
                case AmiText text:
                    _ = text.ToString();
                    _ = text.OrNull();
                    _ = text.ToName();
                    _ = text.ToInt64();
                    _ = text.ToTimestamp();
                    _ = text.GetHashCode();
                    break;
                case AmiChannel channel:
                    Read(channel);
                    break;
                case IEnumerable list and not string:
                    _ = list.Cast<object>().Count();
                    break;
            }
        }
    }
}
