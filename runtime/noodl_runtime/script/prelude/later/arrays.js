// The members that every array has besides those of the language.
(() => {
  const { tell, without, asObject } = part("objects");

  function tellArray(array, event, args) {
    tell(arrayListeners.get(array), event, args);
  }

  function tellItem(item, event, args) {
    const model = item !== null && typeof item === "object" ? modelOf.get(item) : undefined;
    if (model) model.notify(event, args);
  }

  function changed(array, event, item, index) {
    tellArray(array, event, { item, index });
    tellArray(array, "change", {});
    tellItem(item, event, { array, index });
  }

  function insert(array, item, index) {
    array.splice(index, 0, item);
    changed(array, "add", item, index);
  }

  function takeOut(array, index) {
    const [item] = array.splice(index, 1);
    changed(array, "remove", item, index);
  }

  const arrayMembers = {
    each(call) {
      return this.forEach(call);
    },
    size() {
      return this.length;
    },
    get(index) {
      return this[index];
    },
    getId() {
      return arrayIds.get(this);
    },
    contains(item) {
      return this.indexOf(item) !== -1;
    },
    add(item) {
      if (!this.includes(item)) insert(this, item, this.length);
    },
    addAtIndex(item, index) {
      if (!this.includes(item)) insert(this, item, index);
    },
    remove(item) {
      const index = this.indexOf(item);
      if (index !== -1) takeOut(this, index);
    },
    removeAtIndex(index) {
      if (index >= 0 && index < this.length) takeOut(this, index);
    },
    set(source) {
      if (source === this) return;
      const wanted = Array.from(source || [], asObject);
      for (let i = this.length - 1; i >= 0; i--) if (!wanted.includes(this[i])) takeOut(this, i);
      wanted.forEach((item, i) => {
        if (this[i] === item) return;
        const at = this.indexOf(item, i);
        if (at !== -1) takeOut(this, at);
        insert(this, item, i);
      });
      while (this.length > wanted.length) takeOut(this, this.length - 1);
    },
    on(event, call) {
      arrayListeners.set(this, [...(arrayListeners.get(this) || []), { event, call }]);
    },
    off(event, call) {
      arrayListeners.set(this, without(arrayListeners.get(this) || [], event, call));
    },
    notify(event, args) {
      tellArray(this, event, args);
    },
  };

  return { ...arrayMembers };
})();
